import { describe, expect, it } from 'vitest'
import { isPinnable, pinOf, pinsAlike } from '../../../../src/analysis/equality/pin.ts'
import { modelOf } from '../schemas.ts'

const fields = `
enum Plain {
  A
}
enum Mapped {
  A @map("a")
}
model M {
  int      Int      @id
  maybe    Int?
  big      BigInt
  flag     Boolean
  plain    Plain
  mapped   Mapped
  text     String
  float    Float
  decimal  Decimal
  date     DateTime
  bytes    Bytes
  json     Json
  jsonMaybe Json?
  NATIVE
}`
const postgres = modelOf(
  fields.replace(
    'NATIVE',
    `list String[]
     citext String @db.Citext
     char String @db.Char(3)
     varchar String @db.VarChar(3)
     long String @db.Text
     uuid String @db.Uuid
     inet String @db.Inet
     price Decimal @db.Decimal(8, 2)
     whole Decimal @db.Decimal(8, 0)
     money Decimal @db.Money
     day DateTime @db.Date
     second DateTime @db.Timestamp(0)
     zoned DateTime @db.Timestamptz(6)
     time DateTime @db.Time(3)`,
  ),
)
const mysql = modelOf(fields.replace('NATIVE', ''), { provider: 'mysql' })
const sqlserver = modelOf(
  fields
    .replace('NATIVE', '')
    .replace(/enum[\s\S]*?}\n/g, '')
    .replace(/.*(Plain|Mapped|Json).*\n/g, ''),
  {
    provider: 'sqlserver',
  },
)
const fieldOf = (name: string, dataModel = postgres) => dataModel.models.get('M')!.fields.get(name)!
const pin = (name: string, value: unknown, dataModel = postgres) => pinOf(dataModel, fieldOf(name, dataModel), value)
const moment = new Date('2024-02-29T12:30:00.125Z')
const decimal = (digits: string) => ({ d: [1], e: 0, s: 1, toFixed: () => digits })

describe('a pin', () => {
  it.each([
    ['int', 1, '1'],
    ['int', -0, '0'],
    ['maybe', null, null],
    ['big', 1n, '1'],
    ['big', 1, '1'],
    ['flag', true, 'true'],
    ['plain', 'A', 'A'],
    ['text', 'x ', 'x '],
    ['text', '', ''],
    ['long', 'x', 'x'],
    ['varchar', 'abc', 'abc'],
    ['uuid', 'AAAAAAAA-bbbb-cccc-dddd-eeeeeeeeeeee', 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee'],
    ['decimal', '1.50', '1.5'],
    ['decimal', '001', '1'],
    ['decimal', '-0.0', '0'],
    ['decimal', '.5', undefined],
    ['decimal', decimal('12.3400'), '12.34'],
    ['decimal', 2, '2'],
    ['price', '1.250', '1.25'],
    ['price', '-1.10', '-1.1'],
    ['whole', '3.0', '3'],
    ['date', moment, '2024-02-29T12:30:00.125Z'],
    ['zoned', moment, '2024-02-29T12:30:00.125Z'],
    ['date', '2024-02-29T12:30:00.125Z', '2024-02-29T12:30:00.125Z'],
    ['day', moment, '2024-02-29'],
    ['day', '2024-02-29T12:30:00.125Z', '2024-02-29'],
    ['day', new Date('+012024-02-29T01:00:00Z'), '+012024-02-29'],
    ['bytes', new Uint8Array([1, 255]), 'Af8='],
    ['bytes', Buffer.from([1, 255]), 'Af8='],
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
    ['flag', 'true'],
    ['plain', 'B'],
    ['mapped', 'A'],
    ['text', { name: 'text' }],
    ['text', '\ud800'],
    ['text', 'a\0'],
    ['float', 1],
    ['decimal', 0.1],
    ['decimal', 'NaN'],
    ['decimal', '1e3'],
    ['price', '1.255'],
    ['whole', '1.5'],
    ['money', '1'],
    ['date', new Date(Number.NaN)],
    ['date', '2024-02-29T12:30:00.1250Z'],
    ['date', '2024-02-29T12:30:00.125+00:00'],
    ['date', '2024-02-29'],
    ['second', moment],
    ['time', moment],
    ['json', 'x'],
    ['jsonMaybe', null],
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

  it.each([
    ['mysql', mysql],
    ['sqlserver', sqlserver],
  ])('does not exist on %s for what its collations and roundings may fold', (_, dataModel) => {
    for (const value of ['x', moment, '1.5', new Uint8Array(1)]) {
      for (const name of ['text', 'date', 'decimal', 'bytes']) expect(pin(name, value, dataModel)).toBeUndefined()
    }
    expect(pin('int', 1, dataModel)).toBe('1')
    expect(pin('maybe', null, dataModel)).toBeNull()
  })
})

it('does not exist for a column whose name could be taken for the first characters of another', () => {
  const dataModel = modelOf(`
model M {
  id  Int     @id
  hat String? @map("a^2")
}`)
  for (const value of ['x', null]) expect(pinOf(dataModel, fieldOf('hat', dataModel), value)).toBeUndefined()
})

it('a field is pinnable if values of it can be', () => {
  const pinnable = [...postgres.models.get('M')!.fields.values()].filter((field) => isPinnable(postgres, field))
  expect(pinnable.map((field) => field.name)).toEqual([
    ...['int', 'maybe', 'big', 'flag', 'plain', 'text', 'decimal', 'date', 'bytes'],
    ...['varchar', 'long', 'uuid', 'price', 'whole', 'day', 'zoned'],
  ])
})

it('a key and what it references are pinned alike if they are of one type', () => {
  const alike = (one: string, other: string) => pinsAlike(postgres, fieldOf(one), fieldOf(other))
  expect(alike('int', 'maybe')).toBe(true)
  expect(alike('text', 'varchar')).toBe(true)
  expect(alike('text', 'uuid')).toBe(false)
  expect(alike('text', 'citext')).toBe(false)
  expect(alike('date', 'zoned')).toBe(true)
  expect(alike('date', 'day')).toBe(false)
  expect(alike('int', 'big')).toBe(false)
  expect(alike('float', 'float')).toBe(false)
})
