import { expect, inject, it } from 'vitest'
import { freshNamespace } from '../../services/fresh.ts'
import { spawnWorker } from '../../services/process.ts'
import { redisCommand } from '../../services/redis-command.ts'
import { waitUntil } from '../../services/wait-until.ts'
import { describeStores } from '../cached-client.ts'
import { add, begun, behind, city, flushed, openSeats, reasons, type Seat } from './seats.ts'

const whereOne = { where: { id: 1 } }

describeStores('write-behind, at its limits', (makeStoreConfig) => {
  const open = (more: object = {}, config: object = {}) =>
    openSeats({ ...makeStoreConfig(), models: { City: { ...behind, ...more }, Country: {} }, config })

  it('writes go to the database at once when as many wait as may, after those', async () => {
    const { one, two } = await open({ backlogMax: 2 })
    await one.prisma.city.update(add(1))
    await one.prisma.city.update({ where: { id: 1 }, data: { views: { multiply: 5 } } })
    expect(reasons(one)).toEqual([])
    expect(await one.prisma.city.update(add(2))).toMatchObject({ views: 7 })
    expect(reasons(one)).toEqual(['2 writes are waiting'])
    expect(await one.base.city.findUnique(whereOne)).toMatchObject({ views: 7 })
    expect(await two.prisma.city.update(add(1))).toMatchObject({ views: 8 })
    expect(reasons(two)).toEqual([])
    await flushed(two)
  })

  it(`lists do without what is pending where pendingReads is 'stale', and lookups do not`, async () => {
    const { one, two } = await open({ pendingReads: 'stale' })
    expect(await two.prisma.city.findMany()).toEqual([city(1)])
    await one.prisma.city.update(add(1))
    await one.prisma.city.create({ data: city(2) })
    for (const { prisma } of [one, two]) {
      expect(await prisma.city.findMany()).toEqual([city(1)])
      expect(await prisma.city.count()).toBe(1)
      expect(await prisma.city.findUnique(whereOne)).toEqual({ ...city(1), views: 1 })
      expect(await prisma.city.findUnique({ where: { id: 2 } })).toEqual(city(2))
    }
    await flushed(two)
    for (const { prisma } of [one, two]) {
      expect(await prisma.city.findMany({ orderBy: { id: 'asc' } })).toEqual([{ ...city(1), views: 1 }, city(2)])
      expect(await prisma.city.count()).toBe(2)
    }
    expect((await two.prisma.$cache.withInfo(() => two.prisma.city.count())).info.status).toBe('hit')
  })

  it(`a write is in the database when it is acknowledged where durability is 'applied'`, async () => {
    const { one, two } = await open({ durability: 'applied', acceptLoss: false })
    const updates = Array.from({ length: 10 }, (_, i) => (i % 2 ? one : two).prisma.city.update(add(1)))
    const first = Promise.race(updates)
    await first
    expect((await one.base.city.findUnique(whereOne))!.views).toBeGreaterThan(0)
    await Promise.all(updates)
    expect(await one.base.city.findUnique(whereOne)).toMatchObject({ views: 10 })
    expect([...reasons(one), ...reasons(two)]).toEqual([])
  })
})

const open = (config: object = {}, more: object = {}) =>
  openSeats({
    ...{ redis: inject('redisUrl'), namespace: freshNamespace() },
    ...{ models: { City: { ...behind, ...more }, Country: {} }, config },
  })

it.each([
  ['before its commit', 'before', 0],
  ['after its commit', 'after', 100],
] as const)(
  'a synchronous writer that dies with an open gate, %s, holds off the others for a lease',
  async (...about) => {
    const [, when, left] = about
    const { one, two, options } = await open({ lease: '1s' })
    await one.prisma.city.update(add(5))
    await flushed(one)
    const worker = await spawnWorker(new URL('./workers/held.worker.ts', import.meta.url))
    await worker.call('open', { ...options, config: { ...options.config, lease: '1s' } })
    const views = when === 'after' ? left : 5
    await worker.call('setAllViews', 100, when)
    expect(await one.prisma.city.create({ data: city(2) })).toEqual(city(2))
    expect(reasons(one)).toHaveLength(1)
    await worker.kill()
    // The database notices that the connection is gone.
    await waitUntil(async () => (await one.base.city.update({ ...whereOne, data: { population: 6 } })) !== null, {
      what: 'the lock to be free',
    })
    let sum = views
    await waitUntil(
      async () => {
        const seat: Seat = sum % 2 ? one : two
        sum += 1
        expect(await seat.prisma.city.update(add(1))).toMatchObject({ views: sum })
        return reasons(seat).length === 0
      },
      { what: 'a write to be accepted again', pollMs: 100 },
    )
    for (const { prisma } of [one, two]) expect(await prisma.city.findUnique(whereOne)).toMatchObject({ views: sum })
    await flushed(two)
    expect(await one.base.city.findUnique(whereOne)).toMatchObject({ views: sum })
  },
)

it('a reader that waited for another one, which failed after a write was accepted, leaves no stale entry', async () => {
  const { one, two, options } = await open()
  const isCityRead = (sql: string) => sql.startsWith('SELECT') && sql.includes('"City"')
  const [first, second] = [one, two].map(({ adapter }) => adapter.holdNext(isCityRead)) as [Held, Held]
  const failing = begun(one.prisma.city.findUnique(whereOne)).catch(() => 'failed')
  await first.reached
  const waiting = begun(two.prisma.city.findUnique(whereOne))
  const channel = `*${options.namespace}*:l:*`
  const asked = () => redisCommand(inject('redisUrl'), ['PUBSUB', 'CHANNELS', channel]) as Promise<readonly string[]>
  await waitUntil(async () => (await asked()).length > 0, { what: 'the second reader to wait for the first' })
  await one.prisma.city.update(add(1))
  await one.base.$executeRaw`ALTER TABLE "City" RENAME TO "Elsewhere"`
  first.release()
  expect(await failing).toBe('failed')
  await Promise.race([second.reached, waiting])
  await one.base.$executeRaw`ALTER TABLE "Elsewhere" RENAME TO "City"`
  second.release()
  await waiting
  for (const { prisma } of [one, two]) expect(await prisma.city.findUnique(whereOne)).toMatchObject({ views: 1 })
  expect(await two.prisma.city.update(add(1))).toMatchObject({ views: 2 })
})

type Held = ReturnType<Seat['adapter']['holdNext']>
