import { readFileSync } from 'node:fs'
import { PrismaPg } from '@prisma/adapter-pg'
import { beforeAll, describe, expect, inject, it } from 'vitest'
import { pinOf } from '../../../src/analysis/equality/pin.ts'
import { cachePlugin } from '../../../src/index.ts'
import { readDataModel } from '../../../src/prisma/schema/read-data-model.ts'
import { Prisma, PrismaClient } from '../../schemas/generated/spellings/client.ts'
import { stopLater } from '../../services/cleanup.ts'
import { freshDatabase, freshNamespace } from '../../services/fresh.ts'
import { withPostgres } from '../../services/postgres.ts'
import { patient, storeKinds } from '../behaviour/bench.ts'
import { expectSame } from '../behaviour/same.ts'

const at = (iso: string) => new Date(iso)
const decimals = ['1.5', '1.50', 1.5, new Prisma.Decimal('1.5'), '1.499', '-0', 0, '0.125', '12', 12, '012']
const uuid = '6f9619ff-8b86-4d11-b42d-00c04fc964ff'

/** Values that a person may take for equal, or for different, and the column does not. */
const spellings: Readonly<Record<string, readonly unknown[]>> = {
  int: [0, -0, 1, 2_147_483_647],
  big: [0n, 0, 1n, 2n ** 53n, 2n ** 53n + 1n],
  flag: [true, false],
  float: [0, -0, 0.1, 0.30000000000000004, 0.3],
  real: [0.1, 0.10000000149011612, 16_777_217, 16_777_216],
  decimal: [...decimals, '0.1', 0.1, '0.3', 0.30000000000000004],
  price: [...decimals, '1.004', '1.005', '0.13'],
  text: ['a', 'A', 'a ', ' a', 'á', 'á', '', 'ı', 'i', 'ß', 'ss', '\u{1F30D}\u{1F30E}', 'abc'],
  varchar: ['a', 'A', 'a  ', 'abc', ''],
  char: ['a', 'a ', 'a  ', 'A', ''],
  citext: ['a', 'A', 'a ', 'É', 'é'],
  uuid: [uuid, uuid.toUpperCase(), '00000000-0000-4000-8000-000000000001'],
  date: ['2024-02-29', '2024-02-29T23:59:59.999Z', '2024-03-01', '1969-12-31T23:00:00Z', '0099-01-01'].map(at),
  stamp: ['2024-02-29T12:00:00.123Z', '2024-02-29T12:00:00.124Z', '1969-12-31T23:59:59.999Z'].map(at),
  second: ['2024-02-29T12:00:00.400Z', '2024-02-29T12:00:00Z', '2024-02-29T12:00:00.600Z', '2024-02-29T12:00:01Z'].map(
    at,
  ),
  zoned: [
    '2024-02-29T12:00:00.123Z',
    '2024-02-29T13:00:00.123+01:00',
    '2024-10-27T00:30:00Z',
    '2024-10-27T01:30:00Z',
  ].map(at),
  time: ['1970-01-01T12:00:00.123Z', '2024-02-29T12:00:00.123Z'].map(at),
  bytes: [new Uint8Array([]), new Uint8Array([0]), new Uint8Array([1, 255]), Buffer.from([1, 255])],
  json: [{ a: 1, b: 2 }, { b: 2, a: 1 }, [1], 1, 1.0, 'x'],
  colour: ['RED', 'BLUE'],
  size: ['SMALL', 'LARGE'],
  renamed: ['a', 'b'],
}

const dataModel = readDataModel(readFileSync(new URL('../../schemas/spellings.prisma', import.meta.url), 'utf8'))
const model = dataModel.models.get('Spelling')!
const fieldOf = (name: string) => model.fields.get(name)!

let databaseUrl: string
let plain: PrismaClient
beforeAll(async () => {
  databaseUrl = await freshDatabase()
  const sql = readFileSync(new URL('../../schemas/spellings.sql', import.meta.url), 'utf8')
  await withPostgres(databaseUrl, (client) => client.query(sql))
  plain = client()
})

function client(): PrismaClient {
  const made = new PrismaClient({ adapter: new PrismaPg({ connectionString: databaseUrl }) })
  stopLater(() => made.$disconnect())
  return made
}

describe('two values are one pin exactly when PostgreSQL finds one by the other', () => {
  it.each(Object.entries(spellings))('%s', async (name, values) => {
    const field = fieldOf(name)
    let pinned = 0
    for (const written of values) {
      await plain.spelling.deleteMany()
      const data = { id: 1, [name]: written } as Prisma.SpellingCreateInput
      const row = await plain.spelling.create({ data }).catch(() => null)
      // A value that the column refuses is in no row.
      if (!row) continue
      const returned = pinOf(dataModel, field, row[name as 'text'])
      const given = pinOf(dataModel, field, written)
      if (given !== undefined) expect(given, 'what is written is what comes back').toBe(returned)
      for (const asked of values) {
        const wanted = pinOf(dataModel, field, asked)
        if (wanted === undefined || returned === undefined) continue
        const filter = name === 'json' ? { equals: asked } : asked
        const found = await plain.spelling.count({ where: { [name]: filter } })
        expect(wanted === returned, `${String(written)} is found by ${String(asked)}`).toBe(found === 1)
        pinned += 1
      }
    }
    const never = ['float', 'real', 'char', 'citext', 'second', 'time', 'json', 'colour']
    expect(pinned > 0).toBe(!never.includes(name))
  })
})

describe.each(storeKinds)('a row is found by every spelling of its value, and by no other, at once (%s)', (kind) => {
  it.each(Object.entries(spellings))('%s', async (name, values) => {
    const redis = kind === 'redis' ? { redis: inject('redisUrl') } : {}
    const cached = client().$extends(
      cachePlugin<Prisma.TypeMap>({ ...redis, ...patient, namespace: freshNamespace(), models: { Spelling: {} } }),
    )
    stopLater(() => cached.$disconnect())
    await plain.spelling.deleteMany()
    const filter = (value: unknown): Prisma.SpellingWhereInput => ({
      [name]: name === 'json' ? { equals: value } : value,
    })
    const none = name === 'json' ? Prisma.DbNull : null
    const begins = ['text', 'varchar', 'char', 'citext'].includes(name)
      ? ['a', 'A', 'ab', 'á', '\u{1F30D}', 'a_', '%', ' '].map((startsWith) => filter({ startsWith }))
      : []
    const wheres = [...values.map(filter), ...begins, filter(none), { list: { has: 1 } }]
    const check = (after: string) =>
      Promise.all(
        wheres.map(async (where) => {
          const truth = await plain.spelling.findMany({ where }).catch(String)
          expectSame(await cached.spelling.findMany({ where }).catch(String), truth, `after ${after}`)
        }),
      )
    const row = (value: unknown) => ({ id: 1, [name]: value }) as Prisma.SpellingCreateManyInput
    const where = { id: 1 }
    const writes = values.flatMap((value) => [
      () => cached.spelling.create({ data: row(value) }),
      () => cached.spelling.update({ where, data: { list: { push: 1 } }, select: { id: true } }),
      () => cached.spelling.updateMany({ where: filter(value), data: { list: [] } }),
      () => cached.spelling.update({ where, data: row(values[0]) }),
      () => cached.spelling.deleteMany({ where: filter(values[0]) }),
      () => cached.spelling.createMany({ data: [row(value)], skipDuplicates: true }),
      () => cached.spelling.delete({ where }),
    ])
    await check('the start')
    await check('nothing')
    for (const [i, write] of writes.entries()) {
      await Promise.resolve(write()).catch(() => {})
      await check(`write ${i}`)
    }
    expect(cached.$cache.stats().hits).toBeGreaterThan(0)
  })
})
