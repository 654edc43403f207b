import { beforeEach, describe, expect, it } from 'vitest'
import { Prisma } from '../../../prisma/generated/client.ts'
import type { Change, Changes, PendingWrite, Row } from '../../../src/analysis/pending/pending-write.ts'
import { update, useApplier } from './applying.ts'

const applying = useApplier()

beforeEach(() => applying.reset())

describe.each(['applier', 'rowByRow'] as const)('every type (%s)', (applier) => {
  const apply = async (write: PendingWrite) => applying[applier].apply(await applying.batch('Sample', [write]))
  const full = {
    ...{
      int: -(2 ** 31),
      bigInt: 2n ** 63n - 1n,
      float: 0.1 + 0.2,
      boolean: false,
      string: 'é 😀 "quoted" \\ {a,b} \n',
    },
    ...{ decimal: new Prisma.Decimal('-12345678901234567890.123456789012345678901234567891') },
    ...{ dateTime: new Date('0001-01-01T00:00:00.001Z'), date: new Date('9999-12-31'), colour: 'BLUE' as const },
    ...{ bytes: new Uint8Array([0, 255, 128, 10]), json: { a: [null, 1.5, 'x', {}], '"\\': '\u2028' }, intMaybe: 0 },
    ...{ bigIntMaybe: -1n, floatMaybe: -1e308, decimalMaybe: new Prisma.Decimal('1e-30'), booleanMaybe: true },
    ...{ stringMaybe: 'NULL', dateTimeMaybe: new Date('2024-02-29T12:34:56.789Z'), dateMaybe: new Date('1970-01-01') },
    ...{ bytesMaybe: new Uint8Array(), jsonMaybe: [1, null] as Prisma.InputJsonValue, colourMaybe: 'RED' as const },
    ...{ intList: [1, -1], bigIntList: [0n, 2n ** 62n], floatList: [0.5, 1e21], booleanList: [true, false] },
    ...{ decimalList: [new Prisma.Decimal('1.10')], stringList: ['', 'NULL', '{"\\', 'a,b'], dateList: [new Date(0)] },
    ...{ dateTimeList: [new Date(0)], bytesList: [new Uint8Array([1]), new Uint8Array()] },
    ...{ jsonList: [{ a: '"\\' }, 3, 'x'] as Prisma.InputJsonValue[], colourList: ['BLUE' as const, 'GREEN' as const] },
  }
  const bare = {
    ...{
      int: 0,
      bigInt: 0n,
      float: 0,
      decimal: new Prisma.Decimal(0),
      boolean: true,
      string: '',
      dateTime: new Date(0),
    },
    ...{ date: new Date(0), bytes: new Uint8Array(), json: Prisma.JsonNull, colour: 'GREEN' as const },
  }
  const nothing = Object.fromEntries(
    Object.keys(full).flatMap((name) => (name.endsWith('Maybe') ? [[name, null]] : [])),
  )

  /** JSON as pending writes have it. */
  const pending = (data: Row): Row =>
    Object.fromEntries(
      Object.entries(data).map(([name, value]) => {
        if (!name.startsWith('json')) return [name, value]
        if (value === null || value === Prisma.DbNull) return [name, null]
        if (value === Prisma.JsonNull) return [name, 'null']
        return [
          name,
          name === 'jsonList' ? (value as unknown[]).map((one) => JSON.stringify(one)) : JSON.stringify(value),
        ]
      }),
    )
  const sets = (data: Row): Changes =>
    Object.fromEntries(
      Object.entries(pending(data)).map(([name, value]): [string, Change] => [name, { op: 'set', value }]),
    )
  /** Exactly what the columns hold, NULL and `{}` told apart. */
  const stored = (id: number) =>
    applying.prisma.$queryRawUnsafe(
      `SELECT (to_jsonb(s) - 'id')::text AS row, s."decimal"::text, s."bytes"::text FROM "Sample" s WHERE id = ${id}`,
    )

  const cases = {
    'all values': full,
    'as little as can be': bare,
    nulls: { ...bare, ...nothing, jsonMaybe: Prisma.DbNull },
    'JSON null, empty lists': { ...bare, jsonMaybe: Prisma.JsonNull, intList: [], stringList: [], jsonList: [] },
  }
  it.each(Object.entries(cases))('is created as Prisma does: %s', async (_, data) => {
    await applying.prisma.sample.create({ data: { ...data, id: 1 } as never })
    await apply({ kind: 'create', row: { id: 2, ...pending(data) } })
    expect(await stored(2)).toEqual(await stored(1))
  })

  it('creates a list that is NULL', async () => {
    await applying.prisma.sample.create({ data: { ...bare, id: 1 } })
    await apply({ kind: 'create', row: { id: 2, ...pending(bare), ...{ intList: null, jsonList: null } } })
    expect(await stored(2)).toEqual(await stored(1))
  })

  it.each(Object.entries(cases))('is updated as Prisma does: %s', async (_, data) => {
    const other = data === full ? bare : full
    await applying.prisma.sample.createMany({ data: [1, 2].map((id) => ({ ...other, id })) as never })
    await applying.prisma.sample.update({ where: { id: 1 }, data: data as never })
    await apply(update(2, sets(data)))
    expect(await stored(2)).toEqual(await stored(1))
  })

  it('is calculated with as Prisma does', async () => {
    await applying.prisma.sample.createMany({
      data: [1, 2].map((id) => ({ ...full, id, int: -7, bigInt: 9n })) as never,
    })
    const changes: Changes = {
      ...{
        int: { op: 'divide', value: 2 },
        bigInt: { op: 'multiply', value: 3n },
        float: { op: 'multiply', value: 1.1 },
      },
      ...{ decimal: { op: 'divide', value: new Prisma.Decimal(3) }, intMaybe: { op: 'decrement', value: 4 } },
      ...{ intList: { op: 'push', value: [5] }, colourList: { op: 'push', value: ['BLUE'] } },
    }
    const data = Object.fromEntries(Object.entries(changes).map(([name, { op, value }]) => [name, { [op]: value }]))
    await applying.prisma.sample.update({ where: { id: 1 }, data })
    await apply(update(2, changes))
    expect(await stored(2)).toEqual(await stored(1))
  })
})

describe('names', () => {
  it('finds renamed tables and columns, and rows by compound ids', async () => {
    const { prisma, apply } = applying
    await apply('Shelf', [
      { kind: 'create', row: { room: 1, row: 1, label: 'a' } },
      { kind: 'create', row: { room: 1, row: 2, label: 'b' } },
      { kind: 'create', row: { room: 2, row: 1, label: 'c' } },
    ])
    await apply('Shelf', [
      { kind: 'update', id: { room: 1, row: 2 }, changes: { label: { op: 'set', value: 'new' } } },
      { kind: 'delete', id: { room: 2, row: 1 } },
    ])
    expect(await prisma.shelf.findMany({ orderBy: [{ room: 'asc' }, { row: 'asc' }] })).toEqual([
      { room: 1, row: 1, label: 'a' },
      { room: 1, row: 2, label: 'new' },
    ])
    const book = { isbn: 'x', title: 't', price: new Prisma.Decimal('1.5'), released: new Date('2000-01-01'), stock: 3 }
    const free = { writtenBy: null, editorId: null, room: 1, row: 2 }
    await apply('Book', [{ kind: 'create', row: { ...book, ...free } }])
    await apply('Book', [{ kind: 'update', id: { isbn: 'x' }, changes: { stock: { op: 'decrement', value: 2 } } }])
    expect(await prisma.book.findMany()).toEqual([{ ...book, ...free, stock: 1 }])
  })

  it('leaves a column out that the row does not name', async () => {
    const row = { id: 9, name: 'x', countryCode: 'FR', population: 1, latitude: 0, longitude: 0, views: undefined }
    await applying.apply('City', [{ kind: 'create', row }])
    expect(await applying.views()).toEqual([0, 0, 0, 0])
  })
})
