import { expect, it } from 'vitest'
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

const halvings: readonly Death[] = [
  { death: 'in the middle of halving', sql: 'COMMIT', when: 'after' },
  { death: 'before it sets a write aside', sql: 'ROLLBACK', when: 'after', nth: 3 },
  { death: 'after it parked a write', sql: 'BEGIN', when: 'before', nth: 5 },
]

async function refusedBatch() {
  const seats = await openSeats()
  const { here } = seats
  await here.prisma.city.update({ where: { id: 1 }, data: { views: { increment: 1 } } })
  await here.prisma.city.create({ data: city(50) })
  await here.prisma.city.update({ where: { id: 50 }, data: { name: 'Later' } })
  await here.prisma.city.update({ where: { id: 2 }, data: { views: { increment: 2 } } })
  await here.base.city.create({ data: { ...city(50), name: 'Somebody else' } })
  return seats
}

const afterHalving = [
  { ...city(1), views: 1 },
  { ...city(2), views: 2 },
  city(3),
  { ...city(50), name: 'Somebody else' },
]

async function expectHalved({ here }: Awaited<ReturnType<typeof refusedBatch>>) {
  expect(await here.prisma.city.findMany({ orderBy: { id: 'asc' } })).toEqual(afterHalving)
  expect(await here.prisma.city.findUnique({ where: { id: 50 } })).toEqual(afterHalving[3])
  expect(await storedCities(here)).toEqual(afterHalving)
  const letters = await here.prisma.$cache.deadLetters.list()
  expect(letters).toMatchObject([{ model: 'City', operation: 'create', code: '23505', parked: 1 }])
  // What it was refused for is mended: both come, in their order.
  await here.base.city.delete({ where: { id: 50 } })
  await here.prisma.$cache.deadLetters.retry(letters[0]!.id)
  await here.prisma.$cache.flush()
  expect(await storedCities(here)).toEqual([...afterHalving.slice(0, 3), { ...city(50), name: 'Later' }])
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
