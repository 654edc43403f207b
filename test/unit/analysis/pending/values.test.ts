import { describe, expect, it } from 'vitest'
import { Prisma } from '../../../../prisma/generated/client.ts'
import { plainView } from '../../../../src/analysis/reads/rows.ts'
import { modelOf } from '../schemas.ts'
import { now, plan } from './shop.ts'

const values = modelOf(`
model A {
  id     Int       @id
  big    BigInt?
  wide   Decimal?
  floats Float[]
  metas  Json[]
  meta   Json?
  day    DateTime? @db.Date
  micro  DateTime? @db.Timestamptz
  rough  DateTime? @db.Timestamp(2)
  hour   DateTime? @db.Time(3)
  short  String?   @db.VarChar(4)
  uuid   String?   @db.Uuid
  hash   Bytes?    @unique
  tag    Json?
  blob   Bytes     @default("aGk=")

  @@index([tag])
}`)

/** The value that a field has in the new row; `undefined` where it is not certain. */
function taken(name: string, value: unknown): unknown {
  const args = { data: { id: 1, blob: new Uint8Array(), [name]: value } }
  const planned = plan('A', 'create', args, plainView, values)
  if ('synchronous' in planned) return undefined
  const resolved = planned.resolve(null, { now, ids: [] })
  return resolved.kind === 'accepted' ? resolved.writes[0]?.after?.[name] : undefined
}

const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)])

describe('a value is taken as it will be returned', () => {
  it.each([
    ['big', -(2n ** 63n), -(2n ** 63n)],
    ['big', -5, -5n],
    ['wide', 0.5, new Prisma.Decimal('0.5')],
    ['wide', '-0.00', new Prisma.Decimal(0)],
    ['floats', [0.1, 2], [0.1, 2]],
    ['metas', [null, { a: 1 }], [null, { a: 1 }]],
    ['meta', [0.1 + 0.2, -0], [0.1 + 0.2, 0]],
    ['meta', Prisma.JsonNull, null],
    ['meta', Prisma.DbNull, null],
    ['day', new Date(-1), new Date('1969-12-31T00:00:00.000Z')],
    ['day', '2024-02-29T23:59:59Z', new Date('2024-02-29T00:00:00.000Z')],
    ['micro', new Date(5), new Date(5)],
    ['short', '\u{1f600}'.repeat(4), '\u{1f600}'.repeat(4)],
    ['uuid', 'AAAAAAAA-BBBB-CCCC-DDDD-EEEEEEEEEEEE', 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee'],
    ['hash', new Uint8Array(512), new Uint8Array(512)],
    ['meta', nested(50), nested(50)],
    ['tag', 'x'.repeat(510), 'x'.repeat(510)],
  ])('%s: %o', (name, value, expected) => {
    expect(taken(name, value)).toStrictEqual(expected)
  })

  it.each([
    ['big', -(2n ** 63n) - 1n],
    ['wide', 0.1 + 0.2],
    ['floats', [0.1 + 0.2]],
    ['metas', [[0.1 + 0.2]]],
    ['metas', [Prisma.JsonNull]],
    ['meta', Prisma.AnyNull],
    ['meta', nested(51)],
    ['meta', { 'a\0': 1 }],
    ['meta', ['\ud800']],
    ['meta', JSON.parse('{"__proto__": 1}')],
    ['rough', new Date(0)],
    ['hour', new Date(0)],
    ['short', '\u{1f600}'.repeat(5)],
    ['hash', new Uint8Array(513)],
    ['tag', 'x'.repeat(511)],
    ['blob', undefined],
  ])('or not at all: %s: %o', (name, value) => {
    expect(taken(name, value)).toBeUndefined()
  })

  it('and in the database JSON has two nulls', () => {
    const stored = [Prisma.JsonNull, Prisma.DbNull].map((meta) => {
      const planned = plan('A', 'create', { data: { id: 1, blob: new Uint8Array(), meta } }, plainView, values)
      if ('synchronous' in planned) throw new Error(planned.synchronous)
      const resolved = planned.resolve(null, { now, ids: [] })
      return resolved.kind === 'accepted' && resolved.writes[0]?.write
    })
    expect(stored).toMatchObject([{ row: { meta: 'null' } }, { row: { meta: null } }])
  })
})
