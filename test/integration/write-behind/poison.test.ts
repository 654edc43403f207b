import { expect, it } from 'vitest'
import { stopped, thaw } from '../races/worker.ts'
import { city, eventsOf, openBench, openSeats, storedCities } from './flushers.ts'

type Bench = Awaited<ReturnType<typeof openBench>>

/** A write that is accepted, what makes the database refuse it afterwards, and what mends that. */
interface Poison {
  readonly cause: string
  readonly code: string
  /** Of the row that it is about. */
  readonly id: number
  readonly write: (bench: Bench) => Promise<unknown>
  readonly spoil: string
  readonly mend: string
  /** As the database has it, before the cause is mended. */
  readonly shown: object | null
  /** As the refused write leaves it. */
  readonly row: object
}

const secret = 'Atlantis under the sea'
const create = { ...city(50), name: secret }
const creates = ({ here }: Bench) => here.prisma.city.create({ data: create })
const renames = ({ here }: Bench) => here.prisma.city.update({ where: { id: 3 }, data: { name: secret } })

const poisons: readonly Poison[] = [
  {
    ...{ cause: 'a unique key', code: '23505', id: 50, write: creates, row: create },
    spoil: `INSERT INTO "City" ("id", "name", "countryCode", "population", "latitude", "longitude") VALUES (50, 'Other', 'FR', 1, 1, 1)`,
    mend: 'DELETE FROM "City" WHERE "id" = 50',
    shown: { ...city(50), name: 'Other', population: 1, latitude: 1, longitude: 1 },
  },
  {
    ...{ cause: 'a foreign key', code: '23503', id: 50, shown: null, row: { ...create, countryCode: 'DE' } },
    write: ({ here }) => here.prisma.city.create({ data: { ...create, countryCode: 'DE' } }),
    spoil: `DELETE FROM "Country" WHERE "code" = 'DE'`,
    mend: `INSERT INTO "Country" ("code", "name", "region") VALUES ('DE', 'Germany', 'Europe')`,
  },
  {
    ...{
      cause: 'a new CHECK',
      code: '23514',
      id: 3,
      write: renames,
      shown: city(3),
      row: { ...city(3), name: secret },
    },
    spoil: `ALTER TABLE "City" ADD CONSTRAINT short CHECK (length("name") < 20)`,
    mend: 'ALTER TABLE "City" DROP CONSTRAINT short',
  },
  {
    ...{
      cause: 'an altered column',
      code: '22001',
      id: 3,
      write: renames,
      shown: city(3),
      row: { ...city(3), name: secret },
    },
    spoil: 'ALTER TABLE "City" ALTER COLUMN "name" TYPE varchar(20)',
    mend: 'ALTER TABLE "City" ALTER COLUMN "name" TYPE text',
  },
  {
    ...{ cause: 'a new column', code: '23502', id: 50, write: creates, shown: null, row: create },
    spoil: `ALTER TABLE "City" ADD COLUMN "mayor" text NOT NULL DEFAULT 'none'; ALTER TABLE "City" ALTER COLUMN "mayor" DROP DEFAULT`,
    mend: `ALTER TABLE "City" ALTER COLUMN "mayor" SET DEFAULT 'none'`,
  },
]

async function run({ here }: Bench, sql: string): Promise<void> {
  for (const statement of sql.split(';')) await here.base.$executeRawUnsafe(statement)
}

const rename = ({ here }: Bench, id: number, name: string) => here.prisma.city.update({ where: { id }, data: { name } })
const add = ({ here }: Bench, id: number, by: number) =>
  here.prisma.city.update({ where: { id }, data: { views: { increment: by } } })
const find = ({ here }: Bench, id: number) => here.prisma.city.findUnique({ where: { id } })

/** A batch of six: the poison is the third, and the fifth waits behind it. */
async function poisoned(poison: Poison): Promise<Bench> {
  const bench = await openBench()
  await bench.here.base.country.create({ data: { code: 'DE', name: 'Germany', region: 'Europe' } })
  await add(bench, 1, 1)
  await add(bench, 2, 2)
  await poison.write(bench)
  await add(bench, 1, 10)
  await add(bench, poison.id, 7)
  await add(bench, 2, 20)
  await run(bench, poison.spoil)
  await bench.here.prisma.$cache.flush()
  return bench
}

it.each(poisons)('refused for $cause: the rest is applied, and a retry brings the row in order', async (poison) => {
  const { id, code, mend, shown, row } = poison
  const bench = await poisoned(poison)
  const { here } = bench
  expect(await find(bench, 1)).toMatchObject({ views: 11 })
  expect(await here.base.city.findMany({ where: { id: { in: [1, 2] } }, orderBy: { id: 'asc' } })).toEqual([
    { ...city(1), views: 11 },
    { ...city(2), views: 22 },
  ])
  const [letter, ...others] = await here.prisma.$cache.deadLetters.list('City')
  expect(others).toEqual([])
  expect(letter).toMatchObject({ model: 'City', operation: id === 50 ? 'create' : 'update', code, parked: 1 })
  const [event, ...more] = eventsOf(here, 'dead-letter')
  expect(more).toEqual([])
  expect(event).toMatchObject({ model: 'City', id: letter!.id, code })
  expect([letter!.message, letter!.id, String((event!.error as Error).message)].join()).not.toContain(secret)

  // Whoever asks sees the database, and what is written now waits with the others.
  expect(await find(bench, id)).toEqual(shown)
  if (shown !== null) {
    await rename(bench, id, 'Later')
    expect(await find(bench, id)).toEqual({ ...shown, name: 'Later' })
    await here.prisma.$cache.flush()
    expect(await find(bench, id)).toEqual(shown)
    expect(await here.prisma.$cache.deadLetters.list()).toMatchObject([{ id: letter!.id, parked: 2 }])
  }

  await run(bench, mend)
  await here.prisma.$cache.deadLetters.retry(letter!.id)
  expect(await here.prisma.$cache.deadLetters.list()).toEqual([])
  const expected = { ...row, views: 7, ...(shown !== null && { name: 'Later' }) }
  expect(await find(bench, id)).toEqual(expected)
  await here.prisma.$cache.flush()
  expect(await here.base.city.findUnique({ where: { id } })).toEqual(expected)
  await expect(here.prisma.$cache.deadLetters.retry(letter!.id)).rejects.toMatchObject({
    code: 'WRITE_BEHIND.NO_DEAD_LETTER',
  })
})

it('a dead letter that is discarded lets through what waits behind it', async () => {
  const bench = await poisoned(poisons[2]!)
  const { here } = bench
  const [letter] = await here.prisma.$cache.deadLetters.list()
  await here.prisma.$cache.deadLetters.discard(letter!.id)
  expect(await find(bench, 3)).toEqual({ ...city(3), views: 7 })
  expect(await here.prisma.$cache.deadLetters.list()).toEqual([])
  await rename(bench, 3, 'Short')
  await here.prisma.$cache.flush()
  expect(await here.base.city.findUnique({ where: { id: 3 } })).toEqual({ ...city(3), views: 7, name: 'Short' })
})

it('a retry while the cause is there makes a dead letter again, with everything behind it', async () => {
  const bench = await poisoned(poisons[2]!)
  const { here } = bench
  const [letter] = await here.prisma.$cache.deadLetters.list()
  await here.prisma.$cache.deadLetters.retry(letter!.id)
  await here.prisma.$cache.flush()
  const [again, ...others] = await here.prisma.$cache.deadLetters.list()
  expect(others).toEqual([])
  expect(again).toMatchObject({ code: '23514', parked: 1 })
  expect(again!.id).not.toBe(letter!.id)
  expect(await find(bench, 3)).toEqual(city(3))
  await run(bench, poisons[2]!.mend)
  await here.prisma.$cache.deadLetters.retry(again!.id)
  await here.prisma.$cache.flush()
  expect(await here.base.city.findUnique({ where: { id: 3 } })).toEqual({ ...city(3), name: secret, views: 7 })
})

it('writes of a column that was dropped are set aside, and come when it is back', async () => {
  const bench = await openBench()
  const { here } = bench
  await here.prisma.city.update({ where: { id: 1 }, data: { longitude: 9 } })
  await add(bench, 2, 2)
  await run(bench, 'ALTER TABLE "City" DROP COLUMN "longitude"')
  await here.prisma.$cache.flush()
  expect(await here.base.city.findUnique({ where: { id: 2 }, select: { views: true } })).toEqual({ views: 2 })
  const letters = await here.prisma.$cache.deadLetters.list()
  expect(letters).toMatchObject([{ operation: 'update', parked: 0 }])
  await run(bench, 'ALTER TABLE "City" ADD COLUMN "longitude" double precision NOT NULL DEFAULT 2')
  await here.prisma.$cache.deadLetters.retry(letters[0]!.id)
  await here.prisma.$cache.flush()
  expect(await storedCities(here)).toEqual([{ ...city(1), longitude: 9 }, { ...city(2), views: 2 }, city(3)])
})

it('of many writes exactly those of the refused rows are set aside', async () => {
  const bench = await openBench({ cities: 20 })
  const { here } = bench
  const ids = Array.from({ length: 20 }, (_, i) => i + 1)
  const refused = [4, 17]
  for (let round = 1; round <= 3; round += 1) {
    await Promise.all(ids.map((id) => add(bench, id, round === 2 && refused.includes(id) ? 1_000 : round)))
  }
  await run(bench, 'ALTER TABLE "City" ADD CONSTRAINT few CHECK ("views" < 1000)')
  await here.prisma.$cache.flush()
  expect(await storedCities(here)).toEqual(ids.map((id) => ({ ...city(id), views: refused.includes(id) ? 1 : 6 })))
  const letters = await here.prisma.$cache.deadLetters.list()
  expect(letters.map(({ parked }) => parked)).toEqual([1, 1])
  expect(eventsOf(here, 'dead-letter')).toHaveLength(2)
  await Promise.all(letters.map(({ id }) => here.prisma.$cache.deadLetters.discard(id)))
  await here.prisma.$cache.flush()
  expect(await storedCities(here)).toEqual(ids.map((id) => ({ ...city(id), views: refused.includes(id) ? 4 : 6 })))
})

it('of two processes that retry the same dead letter one does', async () => {
  const seats = await openSeats()
  const { here, worker } = seats
  await add(seats, 3, 1_000)
  await add(seats, 3, 1)
  await run(seats, 'ALTER TABLE "City" ADD CONSTRAINT few CHECK ("views" < 1000)')
  await here.prisma.$cache.flush()
  const [letter] = await here.prisma.$cache.deadLetters.list()
  await run(seats, 'ALTER TABLE "City" DROP CONSTRAINT few')
  const retryHere = here.prisma.$cache.deadLetters.retry(letter!.id).then(
    () => 'released',
    (error: { code: string }) => error.code,
  )
  const answers = await Promise.all([retryHere, worker.call('retry', letter!.id)])
  expect(answers.sort()).toEqual(['WRITE_BEHIND.NO_DEAD_LETTER', 'released'])
  await here.prisma.$cache.flush()
  expect(await storedCities(here)).toEqual([city(1), city(2), { ...city(3), views: 1_001 }])
})

it('a retry right after a write was set aside does not overtake what was accepted together with it', async () => {
  const seats = await openSeats()
  const { here, worker } = seats
  // One entry of the stream.
  await Promise.all([here.prisma.city.create({ data: city(50) }), rename(seats, 50, 'Later')])
  await run(seats, poisons[0]!.spoil)
  await worker.call('signalOn', 'dead-letter', 'SIGSTOP')
  const flushed = here.prisma.$cache.flush()
  await stopped(worker)
  await run(seats, poisons[0]!.mend)
  const [letter] = await here.prisma.$cache.deadLetters.list()
  const retried = here.prisma.$cache.deadLetters.retry(letter!.id)
  thaw(worker)
  await Promise.all([retried, flushed])
  await here.prisma.$cache.flush()
  expect(await storedCities(here)).toEqual([city(1), city(2), city(3), { ...city(50), name: 'Later' }])
  expect(await here.prisma.$cache.deadLetters.list()).toEqual([])
})
