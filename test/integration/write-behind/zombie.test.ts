import { expect, inject, it } from 'vitest'
import { redisCommand } from '../../services/redis-command.ts'
import { waitUntil } from '../../services/wait-until.ts'
import { stopped, thaw } from '../races/worker.ts'
import { city, openSeats, storedCities } from './flushers.ts'
import type { Moment } from './workers/flusher.worker.ts'

const increment = { views: { increment: 1 } }

type Seats = Awaited<ReturnType<typeof openSeats>>

/** The other process takes the batch, and is frozen at a moment of it. */
async function frozenAt({ here, worker }: Seats, moment: Moment): Promise<{ readonly flushed: Promise<void> }> {
  await worker.call('signalAt', moment, 'SIGSTOP')
  const flushed = here.prisma.$cache.flush()
  flushed.catch(() => {}) // it is waited for later
  await stopped(worker)
  return { flushed }
}

/** The frozen process goes on, until nothing of its flusher is under way. */
async function goOn({ worker }: Seats): Promise<void> {
  thaw(worker)
  await worker.call('release')
  await worker.call('leave')
}

async function expectApplied({ here }: Seats, views: number): Promise<void> {
  const expected = [{ ...city(1), views }, { ...city(2), name: 'Paris' }, city(3)]
  expect(await storedCities(here)).toEqual(expected)
  expect(await here.prisma.city.findMany({ orderBy: { id: 'asc' } })).toEqual(expected)
  expect(await here.prisma.city.findUnique({ where: { id: 1 } })).toEqual(expected[0])
  expect(await here.prisma.$cache.deadLetters.list()).toEqual([])
}

/** Of writes that are alike, or not. */
async function takenOver(seats: Seats, moment: Moment, { isAlike = false } = {}): Promise<void> {
  const { here } = seats
  const paris = () => here.prisma.city.update({ where: { id: 2 }, data: { name: 'Paris' } })
  if (isAlike) {
    await paris()
    await here.prisma.$cache.flush()
  }
  await here.prisma.city.update({ where: { id: 1 }, data: increment })
  if (!isAlike) await paris()
  const { flushed } = await frozenAt(seats, moment)
  await flushed
  await expectApplied(seats, 1)
  await here.prisma.city.update({ where: { id: 1 }, data: increment })
  await here.prisma.$cache.flush()
  await here.prisma.city.update({ where: { id: 1 }, data: increment })
  await goOn(seats)
  await expectApplied(seats, 3)
}

it.each<Moment & { moment: string }>([
  { moment: 'with a batch and no transaction', sql: 'BEGIN', when: 'before' },
  { moment: 'after its COMMIT, unheard', sql: 'COMMIT', when: 'after' },
])('a flusher frozen $moment, and replaced, applies nothing when it goes on', async (moment) => {
  await takenOver(await openSeats(), moment)
})

it.each<Moment & { moment: string }>([
  { moment: 'before the only statement of its batch', sql: 'held AS', when: 'before' },
  { moment: 'after the only statement of its batch, unheard', sql: 'held AS', when: 'after' },
])('a flusher frozen $moment, and replaced, applies nothing when it goes on', async (moment) => {
  await takenOver(await openSeats(), moment, { isAlike: true })
})

it('a flusher frozen before its COMMIT is ended by PostgreSQL, and applies nothing when it goes on', async () => {
  await takenOver(await openSeats(), { sql: 'COMMIT', when: 'before' })
}, 60_000)

async function refusedOnce(): Promise<Seats> {
  const seats = await openSeats()
  const { here } = seats
  await here.prisma.city.create({ data: city(50) })
  await here.base.city.create({ data: { ...city(50), name: 'Somebody else' } })
  // One that stands alone is tried twice.
  await frozenAt(seats, { sql: 'ROLLBACK', when: 'after', nth: 2 })
  await here.base.city.delete({ where: { id: 50 } })
  return seats
}

it('a flusher frozen when a write was refused sets nothing aside that its successor applied', async () => {
  const seats = await refusedOnce()
  await seats.here.prisma.$cache.flush()
  await goOn(seats)
  expect(await seats.here.prisma.$cache.deadLetters.list()).toEqual([])
  expect(await storedCities(seats.here)).toEqual([city(1), city(2), city(3), city(50)])
})

it('a flusher frozen when a write was refused does not lead again after its successor has applied that and left', async () => {
  const seats = await refusedOnce()
  const { here, worker, open } = seats
  await here.prisma.$cache.flush()
  await here.prisma.$disconnect()
  const leads = () => redisCommand(inject('redisUrl'), ['EXISTS', `${here.namespace}:{City}:p:lead:0`])
  await waitUntil(async () => (await leads()) === 0, { what: 'nobody to lead' })
  thaw(worker)
  // Its timers are due: what they ask of Redis is answered before the second look.
  await worker.call('look')
  await worker.call('look')
  await worker.call('release')
  await worker.call('leave')
  const other = open()
  expect(await other.prisma.$cache.deadLetters.list()).toEqual([])
  expect(await storedCities(other)).toEqual([city(1), city(2), city(3), city(50)])
})
