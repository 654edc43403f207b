import { describe, expect, it } from 'vitest'
import { encodeValues, pinnedValue } from '../../../src/analysis/pin.ts'
import { makeShape } from '../../../src/core/tags.ts'
import { modelOf } from './schemas.ts'

const fields = `
enum Plain {
  A
}
enum Mapped {
  A @map("a")
}
model M {
  int     Int      @id
  big     BigInt
  flag    Boolean
  plain   Plain
  mapped  Mapped
  text    String
  float   Float
  decimal Decimal
  date    DateTime
  bytes   Bytes
  json    Json
  NATIVE
}`
const postgres = modelOf(
  fields.replace(
    'NATIVE',
    'list String[]\n citext String @db.Citext\n char String @db.Char(3)\n varchar String @db.VarChar(3)\n long String @db.Text\n uuid String @db.Uuid\n inet String @db.Inet',
  ),
)
const mysql = modelOf(fields.replace('NATIVE', ''), { provider: 'mysql' })
const pin = (name: string, value: unknown, dataModel = postgres) =>
  pinnedValue(dataModel, dataModel.models.get('M')!.fields.get(name)!, value)

describe('a pinned value', () => {
  it.each([
    ['int', 1, '1'],
    ['int', -0, '0'],
    ['big', 1n, '1'],
    ['big', 1, '1'],
    ['flag', true, 'true'],
    ['plain', 'A', 'A'],
    ['text', 'x ', 'x '],
    ['text', { equals: 'x' }, 'x'],
    ['long', 'x', 'x'],
    ['varchar', 'abc', 'abc'],
    ['uuid', 'AAAAAAAA-bbbb-cccc-dddd-eeeeeeeeeeee', 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee'],
  ])('is the text of %s %o', (name, value, text) => {
    expect(pin(name, value)).toBe(text)
  })

  it.each([
    ['int', 1.5],
    ['int', '1'],
    ['int', 2 ** 60],
    ['int', null],
    ['int', undefined],
    ['int', { gt: 1 }],
    ['int', { in: [1] }],
    ['flag', 'true'],
    ['plain', 'B'],
    ['mapped', 'A'],
    ['text', { equals: 'x', mode: 'insensitive' }],
    ['text', Object.assign(Object.create({ mode: 'insensitive' }), { equals: 'x' })],
    ['text', { equals: { equals: { name: 'text' } } }],
    ['text', '\ud800'],
    ['text', 'a\0'],
    ['float', 1],
    ['decimal', 1],
    ['date', new Date(0)],
    ['bytes', new Uint8Array(1)],
    ['json', 'x'],
    ['list', 'x'],
    ['citext', 'x'],
    ['char', 'x'],
    ['varchar', 'abc '],
    ['uuid', '{aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee}'],
    ['uuid', 'aaaaaaaabbbbccccddddeeeeeeeeeeee'],
    ['inet', '::1'],
  ])('does not exist for %s %o', (name, value) => {
    expect(pin(name, value)).toBeUndefined()
  })

  it('does not exist for strings where the collation may fold them', () => {
    expect(pin('text', 'x', mysql)).toBeUndefined()
    expect(pin('int', 1, mysql)).toBe('1')
  })
})

describe('the values of a shape', () => {
  it('are told apart whatever the texts contain', () => {
    const shape = makeShape(['b', 'a'], 'all')
    const encode = (a: string, b: string) => encodeValues(shape, new Map(Object.entries({ b, a })))
    expect(encode('1', '2')).toBe('["1","2"]')
    expect(encode('1","2', '3')).not.toBe(encode('1', '2","3'))
    expect(encodeValues(shape, new Map([['a', '1']]))).toBeUndefined()
  })
})
