import { expect, it } from 'vitest'
import { withPostgres } from '../../services/postgres.ts'
import { waitUntil } from '../../services/wait-until.ts'
import { city, openSeats, storedCities } from './flushers.ts'
import type { Moment } from './workers/flusher.worker.ts'

type Death = Moment & { readonly death: string }

const fence = 'FOR UPDATE OF f'
const update = 'UPDATE "public"."City"'

const deaths: readonly Death[] = [
  { death: 'with a batch and no transaction', sql: 'BEGIN', when: 'before' },
  { death: 'holding the fence', sql: fence, when: 'after' },
  { death: 'between two statements', sql: update, when: 'after' },
  { death: 'after its last statement', sql: update, when: 'after', nth: 2 },
  { death: 'before its COMMIT', sql: 'COMMIT', when: 'before' },
  { death: 'after its COMMIT, unheard', sql: 'COMMIT', when: 'after' },
]

it.each(deaths)('a flusher killed $death leaves every acknowledged write to be applied once', async (moment) => {
  const { here, worker } = await openSeats()
  await here.prisma.city.update({ where: { id: 1 }, data: { views: { increment: 1 } } })
  await worker.call('increment', 1, 10)
  await here.prisma.city.update({ where: { id: 2 }, data: { name: 'Lutetia', views: { increment: 100 } } })
  await worker.call('rename', 2, 'Paris')
  await worker.call('increment', 1, 1_000)
  await here.prisma.city.delete({ where: { id: 3 } })
  const expected = [
    { ...city(1), views: 1_011 },
    { ...city(2), name: 'Paris', views: 100 },
  ]

  await worker.call('signalAt', moment, 'SIGKILL')
  const flushed = here.prisma.$cache.flush()
  await worker.exited
  for (const { id } of expected) {
    expect(await here.prisma.city.findUnique({ where: { id } })).toEqual(expected[id - 1])
  }
  expect(await here.prisma.city.findUnique({ where: { id: 3 } })).toBeNull()
  expect(await here.prisma.city.findMany({ orderBy: { id: 'asc' } })).toEqual(expected)
  await flushed
  expect(await storedCities(here)).toEqual(expected)
  expect(await here.prisma.$cache.deadLetters.list()).toEqual([])

  await here.prisma.city.update({ where: { id: 1 }, data: { views: { increment: 1 } } })
  expect(await here.prisma.city.aggregate({ _sum: { views: true } })).toEqual({ _sum: { views: 1_112 } })
})

const atOnce = 'held AS'

it.each<Death>([
  { death: 'before the only statement of its batch', sql: atOnce, when: 'before' },
  { death: 'after the only statement of its batch, unheard', sql: atOnce, when: 'after' },
])('a flusher killed $death leaves every acknowledged write to be applied once', async (moment) => {
  const { here, worker } = await openSeats()
  const add = (id: number, by: number) => here.prisma.city.update({ where: { id }, data: { views: { increment: by } } })
  await add(1, 1)
  await worker.call('increment', 1, 10)
  await add(2, 100)
  await worker.call('signalAt', moment, 'SIGKILL')
  const flushed = here.prisma.$cache.flush()
  await worker.exited
  await add(1, 1_000)
  const expected = [{ ...city(1), views: 1_011 }, { ...city(2), views: 100 }, city(3)]
  expect(await here.prisma.city.findUnique({ where: { id: 1 } })).toEqual(expected[0])
  expect(await here.prisma.city.findMany({ orderBy: { id: 'asc' } })).toEqual(expected)
  await flushed
  expect(await storedCities(here)).toEqual(expected)
})

it('a flusher killed while PostgreSQL is at its only statement leaves every acknowledged write to be applied once', async () => {
  const { here, worker, options } = await openSeats()
  await worker.call('increment', 1, 10)
  await here.prisma.city.update({ where: { id: 2 }, data: { views: { increment: 100 } } })
  const waiting = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%held AS%' AND datname = current_database()`
  const waits = () => withPostgres(options.databaseUrl, async (sql) => (await sql.query(waiting)).rowCount === 1)
  await withPostgres(options.databaseUrl, async (other) => {
    await other.query('BEGIN; SELECT FROM "City" WHERE id = 2 FOR UPDATE')
    const flushed = here.prisma.$cache.flush()
    await waitUntil(waits, { what: 'the statement to wait' })
    await worker.kill('SIGKILL')
    await other.query('COMMIT')
    await flushed
  })
  const expected = [{ ...city(1), views: 10 }, { ...city(2), views: 100 }, city(3)]
  expect(await storedCities(here)).toEqual(expected)
  expect(await here.prisma.city.findMany({ orderBy: { id: 'asc' } })).toEqual(expected)
})

const halvings: readonly Death[] = [
  { death: 'in the middle of halving', sql: 'COMMIT', when: 'after' },
  { death: 'before it sets a write aside', sql: 'ROLLBACK', when: 'after', nth: 3 },
  { death: 'after it parked a write', sql: 'BEGIN', when: 'before', nth: 5 },
]

/** Of five writes the third is refused; the one before it on its row is applied, and the one after it waits. */
async function refusedBatch() {
  const seats = await openSeats()
  const { here } = seats
  const add = (id: number, by: number) => here.prisma.city.update({ where: { id }, data: { views: { increment: by } } })
  await add(1, 1)
  await add(3, 7)
  await here.prisma.city.update({ where: { id: 3 }, data: { name: 'Atlantis' } })
  await add(3, 100)
  await add(2, 2)
  await here.base.$executeRawUnsafe(`ALTER TABLE "City" ADD CONSTRAINT real CHECK ("name" <> 'Atlantis')`)
  return seats
}

const afterHalving = [
  { ...city(1), views: 1 },
  { ...city(2), views: 2 },
  { ...city(3), views: 7 },
]

async function expectHalved({ here }: Awaited<ReturnType<typeof refusedBatch>>) {
  expect(await here.prisma.city.findMany({ orderBy: { id: 'asc' } })).toEqual(afterHalving)
  expect(await here.prisma.city.findUnique({ where: { id: 3 } })).toEqual(afterHalving[2])
  expect(await storedCities(here)).toEqual(afterHalving)
  const letters = await here.prisma.$cache.deadLetters.list()
  expect(letters).toMatchObject([{ model: 'City', operation: 'update', code: '23514', parked: 1 }])
  // What it was refused for is mended: both come, in their order.
  await here.base.$executeRawUnsafe('ALTER TABLE "City" DROP CONSTRAINT real')
  await here.prisma.$cache.deadLetters.retry(letters[0]!.id)
  await here.prisma.$cache.flush()
  const expected = [...afterHalving.slice(0, 2), { ...city(3), name: 'Atlantis', views: 107 }]
  expect(await storedCities(here)).toEqual(expected)
  expect(await here.prisma.$cache.deadLetters.list()).toEqual([])
}

it.each(halvings)('a flusher killed $death leaves one dead letter and everything else applied once', async (moment) => {
  const bench = await refusedBatch()
  await bench.worker.call('signalAt', moment, 'SIGKILL')
  const flushed = bench.here.prisma.$cache.flush()
  await bench.worker.exited
  await flushed
  await expectHalved(bench)
})

it('a flusher killed when it has set a write aside leaves what waits behind it to whoever follows', async () => {
  const bench = await refusedBatch()
  await bench.worker.call('signalOn', 'dead-letter', 'SIGKILL')
  const flushed = bench.here.prisma.$cache.flush()
  await bench.worker.exited
  await flushed
  await expectHalved(bench)
})
