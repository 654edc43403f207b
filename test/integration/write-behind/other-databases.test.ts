import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import { Prisma, type PrismaClient } from '../../../prisma/generated/client.ts'
import { type CacheClient, type CacheEvent, cachePlugin } from '../../../src/index.ts'
import { stopLater } from '../../services/cleanup.ts'
import { freshNamespace } from '../../services/fresh.ts'
import { hasMariadb } from '../../services/mariadb.ts'
import { patient } from '../behaviour/bench.ts'
import { expectSame } from '../behaviour/same.ts'
import { outcomeOf } from '../differential/compare.ts'
import type { Ground, OpenDatabase } from '../differential/ground.ts'
import { mariadb, sqlite } from '../differential/grounds.ts'
import { behind } from './seats.ts'

type Behind = PrismaClient & { readonly $cache: CacheClient }

const city = (id: number, countryCode = 'a') => {
  return { id, name: `City ${id}`, countryCode, population: 5, latitude: 1.5, longitude: -2, views: 0 }
}
const sample = (id: number) => ({
  ...{ id, int: -5, bigInt: 4_000_000_000_000n, float: 0.1, decimal: new Prisma.Decimal('12.34'), boolean: true },
  ...{ string: 'ä" \\ ✓', dateTime: new Date('2024-05-06T07:08:09.123Z'), date: new Date('2024-05-06') },
  ...{ bytes: new Uint8Array([0, 1, 255]), json: { a: [1, null, 'x'] }, colour: 'BLUE' as const },
})

type Call = (client: PrismaClient) => PromiseLike<unknown>
type Name = 'SQLite' | 'MariaDB'

/** Calls in order, and where they are not accepted. */
const calls: readonly (readonly [Call, ...Name[]])[] = [
  // MariaDB compares text loosely: which row has a text key is for it to say.
  [(client) => client.country.create({ data: { code: 'z', name: 'Z', region: 'r' } }), 'MariaDB'],
  [(client) => client.country.update({ where: { code: 'b' }, data: { population: 7 } }), 'MariaDB'],
  [(client) => client.city.create({ data: city(10, 'z') })],
  [(client) => client.city.createMany({ data: [city(11), city(12)] })],
  [(client) => client.city.update({ where: { id: 10 }, data: { views: { increment: 3 } } })],
  [(client) => client.city.update({ where: { id: 10 }, data: { views: { multiply: 5 }, name: 'Ten' } })],
  [(client) => client.city.upsert({ where: { id: 13 }, create: city(13), update: { views: 1 } })],
  [(client) => client.city.upsert({ where: { id: 13 }, create: city(13), update: { views: { decrement: 7 } } })],
  // -7 / 2 is rounded, or kept as it is.
  [(client) => client.city.update({ where: { id: 13 }, data: { views: { divide: 7 } } }), 'SQLite', 'MariaDB'],
  [(client) => client.city.delete({ where: { id: 11 } })],
  // Of a given text of JSON, each keeps another one.
  [(client) => client.sample.create({ data: sample(1) }), 'SQLite', 'MariaDB'],
  [(client) => client.sample.update({ where: { id: 1 }, data: { bigInt: { increment: 2n }, int: { multiply: 3 } } })],
  [(client) => client.sample.update({ where: { id: 1 }, data: { bytesMaybe: new Uint8Array([7]), boolean: false } })],
  [(client) => client.sample.update({ where: { id: 1 }, data: { colourMaybe: 'RED', floatMaybe: -0.75 } })],
  [
    (client) =>
      client.sample.update({ where: { id: 1 }, data: { dateTimeMaybe: new Date('1999-12-31T23:59:59.999Z') } }),
  ],
  [(client) => client.sample.update({ where: { id: 1 }, data: { stringMaybe: 'naïve 🎈 ', dateMaybe: null } })],
  // SQLite makes a double of it.
  [(client) => client.sample.update({ where: { id: 1 }, data: { decimalMaybe: '0.5' } }), 'SQLite'],
  // Computed as a double.
  [
    (client) => client.sample.update({ where: { id: 1 }, data: { decimalMaybe: { increment: '0.25' } } }),
    'SQLite',
    'MariaDB',
  ],
  [(client) => client.device.create({ data: { id: 'b', label: 'made elsewhere' } }), 'MariaDB'],
]

/**
 * Changes of one column, at random. libSQL returns no integers beyond those of a number; and an integer that was divided on SQLite may hold a
 * fraction, which Prisma does not show, and one that was multiplied more than Prisma reads.
 */
function changesOn(name: Name): fc.Arbitrary<Prisma.SampleUpdateInput> {
  const withoutInteger = name === 'SQLite' ? ['divide', 'multiply'] : []
  const operations = ['set', 'increment', 'decrement', 'multiply', 'divide'] as const
  const number = (field: string, value: fc.Arbitrary<unknown>, without: readonly string[] = []) =>
    fc
      .tuple(fc.constantFrom(...operations.filter((operation) => !without.includes(operation))), value)
      .map(([operation, one]) => ({ [field]: { [operation]: one } }))
  const value = (field: string, one: fc.Arbitrary<unknown>) => one.map((drawn) => ({ [field]: drawn }))
  const small = fc.integer({ min: -20, max: 20 })
  const decimal = fc.tuple(small, fc.nat(999)).map(([whole, fraction]) => `${whole}.${fraction}`)
  const moment = fc.date({ min: new Date('1900-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
  return fc.oneof(
    number('int', fc.oneof(small, fc.integer()), withoutInteger),
    number('bigInt', fc.oneof(small.map(BigInt), fc.bigInt({ min: -(2n ** 40n), max: 2n ** 40n })), [
      'multiply',
      ...withoutInteger,
    ]),
    number('float', fc.oneof(small, fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 }))),
    number('decimal', fc.oneof(small, decimal)),
    value('boolean', fc.boolean()),
    value('string', fc.string({ unit: 'binary', maxLength: 210 })),
    value('stringMaybe', fc.oneof(fc.string({ maxLength: 200 }), fc.constant(null))),
    value(
      'dateTime',
      fc.oneof(
        moment,
        moment.map((one) => one.toISOString()),
      ),
    ),
    value('bytesMaybe', fc.oneof(fc.uint8Array({ maxLength: 20 }), fc.constant(null))),
    value('colourMaybe', fc.constantFrom('RED', 'GREEN', 'BLUE', null, 'PINK')),
  ) as fc.Arbitrary<Prisma.SampleUpdateInput>
}

/** What the table of samples may do by itself with every write. */
const computed: Readonly<Record<Name, readonly (readonly [what: string, sql: readonly string[]])[]>> = {
  SQLite: [
    [
      'computes a column',
      [
        'ALTER TABLE "Sample" DROP COLUMN "stringMaybe"',
        `ALTER TABLE "Sample" ADD COLUMN "stringMaybe" TEXT AS ("string" || '!')`,
      ],
    ],
  ],
  MariaDB: [
    [
      'sets a column with every update',
      ['ALTER TABLE `Sample` MODIFY `dateTimeMaybe` DATETIME(3) NULL ON UPDATE CURRENT_TIMESTAMP(3)'],
    ],
    ['computes a column', ["ALTER TABLE `Sample` MODIFY `stringMaybe` VARCHAR(191) AS (CONCAT(`string`, '!')) STORED"]],
  ],
}

/** Gives `payload` of events a default. */
const defaults: Readonly<Record<Name, readonly string[]>> = {
  SQLite: ['ALTER TABLE "Event" DROP COLUMN "payload"', `ALTER TABLE "Event" ADD COLUMN "payload" JSONB DEFAULT '"x"'`],
  MariaDB: ['ALTER TABLE `Event` ALTER `payload` SET DEFAULT \'"x"\''],
}

const grounds = { SQLite: sqlite, MariaDB: mariadb }
const isThere = { SQLite: true, MariaDB: await hasMariadb() }

describe.each<Name>(['SQLite', 'MariaDB'])('write-behind on %s', (name) => {
  const ground: Ground = grounds[name]
  let [database, twin]: OpenDatabase[] = []
  let [client, plain]: PrismaClient[] = []
  let cache: CacheClient
  const events: CacheEvent[] = []

  const connect = ({ adapter }: OpenDatabase): PrismaClient => {
    const made = new ground.Client({ adapter: adapter() } as never) as PrismaClient
    stopLater(() => made.$disconnect())
    return made
  }
  const behindOn = (on: OpenDatabase, namespace: string): Behind => {
    const models = { Country: behind, City: behind, Sample: behind, Device: behind, Event: behind }
    const onEvent = (event: CacheEvent) => void events.push(event)
    const options = { ...patient, redis: inject('redisUrl'), namespace, models, onEvent }
    const made = connect(on).$extends(cachePlugin(options)) as unknown as Behind
    stopLater(() => made.$disconnect())
    return made
  }

  beforeEach(async ({ skip }) => {
    if (!isThere[name]) skip('without a MariaDB: set MARIADB_URL')
    ;[database, twin] = [await ground.open(), await ground.open()]
    await Promise.all([database, twin].map((one) => one!.reset()))
    const made = behindOn(database!, freshNamespace())
    ;[client, cache, plain] = [made, made.$cache, connect(twin!)]
  })
  afterEach(() => void events.splice(0))

  const accepted = () => events.flatMap((event) => (event.kind === 'accepted' ? [event.model] : []))

  it('answers as the database would, and leaves what it would', async () => {
    for (const [i, [call, ...atOnce]] of calls.entries()) {
      const known = events.length
      expectSame(await call(client!), await call(plain!), `the answer to call ${i}`)
      const kinds = events.slice(known).map(({ kind }) => kind)
      expect(kinds, `what became of call ${i}`).toContain(atOnce.includes(name) ? 'synchronous' : 'accepted')
    }
    expect((await client!.city.findUnique({ where: { id: 10 } }))?.views).toBe(15)
    await cache.flush()
    expect(await cache.deadLetters.list()).toEqual([])
    expect(withoutFence(await database!.rows())).toBe(withoutFence(await twin!.rows()))
  })

  it('returns and leaves whatever values are accepted as they are', { timeout: 60_000 }, async () => {
    for (const one of [client!, plain!]) await one.sample.create({ data: sample(1) })
    let compared = 0
    const program = fc.array(changesOn(name), { minLength: 10, maxLength: 20, size: 'max' })
    await fc.assert(
      fc.asyncProperty(program, async (steps) => {
        for (const one of [client!, plain!]) await one.sample.update({ where: { id: 1 }, data: sample(1) })
        for (const data of steps) {
          const known = accepted().length
          const update = (on: PrismaClient) => outcomeOf(() => on.sample.update({ where: { id: 1 }, data }))
          const outcome = await update(client!)
          expectSame(outcome, await update(plain!), `the answer to ${fc.stringify(data)}`)
          compared += accepted().length - known
        }
        await cache.flush()
        expect(await cache.deadLetters.list()).toEqual([])
        expect(withoutFence(await database!.rows())).toBe(withoutFence(await twin!.rows()))
      }),
      { numRuns: 12 },
    )
    // A program of which nothing is accepted would compare nothing.
    expect(compared).toBeGreaterThan(12)
  })

  it.each(computed[name])('does not guess what a table does that %s', async (_what, statements) => {
    const base = connect(database!)
    for (const sql of statements) await base.$executeRawUnsafe(sql)
    const where = { id: 1 }
    await client!.sample.create({ data: sample(1) })
    events.splice(0)
    const updated = await client!.sample.update({ where, data: { string: 'changed' } })
    expect(events).toContainEqual(
      expect.objectContaining({ kind: 'synchronous', reason: 'the database computes a column' }),
    )
    expectSame(updated, await base.sample.findUnique({ where }), 'the row that was changed')
    expectSame(await client!.sample.findUnique({ where }), updated, 'what is read')
  })

  it('nor what a default is that the schema does not name', async () => {
    const base = connect(database!)
    for (const sql of defaults[name]) await base.$executeRawUnsafe(sql)
    const made = await client!.event.create({ data: { id: 5n, kind: 'a' } })
    expect(events).toContainEqual(
      expect.objectContaining({
        kind: 'synchronous',
        reason: 'a column has a default that the schema does not name',
      }),
    )
    expect(made.payload).toBe('x')
    await client!.event.update({ where: { id: 5n }, data: { kind: 'b' } })
    expect(accepted()).toEqual(['Event'])
    await cache.flush()
    expectSame(await base.event.findUnique({ where: { id: 5n } }), { ...made, kind: 'b' }, 'the row')
  })

  it('sets aside what the database refuses, and makes all else once', async () => {
    await client!.city.update({ where: { id: 1 }, data: { views: { increment: 1 } } })
    await client!.city.create({ data: city(20, 'nowhere') })
    await client!.city.update({ where: { id: 20 }, data: { views: 3 } })
    await client!.city.update({ where: { id: 1 }, data: { views: { increment: 10 } } })
    expect(accepted()).toHaveLength(4)
    expect((await client!.city.findUnique({ where: { id: 1 } }))?.views).toBe(11)
    expect((await connect(database!).city.findUnique({ where: { id: 1 } }))?.views).toBe(0)
    await cache.flush()
    expect(await client!.city.findUnique({ where: { id: 20 } })).toBeNull()
    const [letter, ...more] = await cache.deadLetters.list()
    expect([letter, more]).toMatchObject([{ model: 'City', operation: 'create', parked: 1 }, []])
    await client!.country.create({ data: { code: 'nowhere', name: 'Nowhere', region: 'r' } })
    await cache.flush()
    await cache.deadLetters.retry(letter!.id)
    await cache.flush()
    expect(await cache.deadLetters.list()).toEqual([])
    const cities = await connect(database!).city.findMany({ where: { id: { in: [1, 20] } }, orderBy: { id: 'asc' } })
    expect(cities.map(({ views }) => views)).toEqual([11, 3])
  })
})

/** Without the rows by which the plugin knows what is applied. */
function withoutFence(rows: string): string {
  const lines = rows.split('\n')
  const from = lines.findIndex((line) => line.includes('_cache_write_behind'))
  expect(from).toBeGreaterThanOrEqual(0)
  const to = lines.findIndex((line, i) => i > from && !line.startsWith('[') && !line.startsWith('{'))
  return [...lines.slice(0, from), ...lines.slice(to < 0 ? lines.length : to)].join('\n')
}
