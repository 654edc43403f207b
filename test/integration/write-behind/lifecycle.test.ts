import { resolve } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { expect, inject, it } from 'vitest'
import { freshDatabase, freshNamespace } from '../../services/fresh.ts'
import { withPostgres } from '../../services/postgres.ts'
import { spawnWorker } from '../../services/process.ts'
import { runToEnd } from '../../services/run-to-end.ts'
import { waitUntil } from '../../services/wait-until.ts'
import { cachedClient } from '../cached-client.ts'

const city = { id: 1, name: 'Paris', countryCode: 'FR', population: 5, latitude: 1.5, longitude: 2 }
const late = { strategy: 'write-behind', acceptLoss: true, batch: { maxDelay: '1h' } } as const

/** Clients, also of other processes, whose accepted writes wait until somebody asks for a flush. */
async function setup(config: object = {}) {
  const options = {
    databaseUrl: await freshDatabase(),
    namespace: freshNamespace(),
    redis: inject('redisUrl'),
    config: { models: { City: late }, ...config },
  } as const
  const one = cachedClient(options)
  await one.base.country.create({ data: { code: 'FR', name: 'France', region: 'Europe' } })
  await one.base.city.create({ data: city })
  const views = async () => (await one.base.city.findUniqueOrThrow({ where: { id: 1 } })).views
  const vote = (client: Pick<typeof one, 'prisma'>) =>
    client.prisma.city.update({ where: { id: 1 }, data: { views: { increment: 1 } } })
  const startProcess = async () => {
    const worker = await spawnWorker(new URL('./lifecycle.worker.ts', import.meta.url))
    await worker.call('open', options)
    return worker
  }
  return { one, open: () => cachedClient(options), views, vote, startProcess, options }
}

it('writes what was accepted before $disconnect resolves, and goes on afterwards', async () => {
  const { one, open, views, vote } = await setup()
  const other = open()
  await vote(other)
  await other.prisma.$disconnect()
  expect(await views()).toBe(1)
  await vote(other)
  await one.prisma.$cache.flush()
  expect(await views()).toBe(2)
})

it('waits for what is about to be accepted when it disconnects, and then flushes no more', async () => {
  const { one, open, views, vote } = await setup()
  const other = open()
  const held = other.adapter.holdNext((sql) => sql.startsWith('UPDATE'))
  const synchronous = Promise.resolve(other.prisma.city.updateMany({ data: { population: 6 } }))
  await held.reached
  // Waits for the end of that one.
  const waiting = Promise.resolve(vote(other))
  await setImmediate()
  const disconnected = other.prisma.$disconnect()
  held.release()
  await Promise.all([synchronous, waiting, disconnected])
  expect(await views()).toBe(1)
  // Nobody leads any more: another one may at once.
  await vote(one)
  await one.prisma.$cache.flush()
  expect(await views()).toBe(2)
})

it('flushes for those who wait what was accepted after it had disconnected', async () => {
  const { one, open, views, vote } = await setup()
  const other = open()
  await vote(other)
  const held = other.adapter.holdNext((sql) => sql.startsWith('UPDATE'))
  const synchronous = Promise.resolve(other.prisma.city.updateMany({ data: { population: 6 } }))
  await held.reached
  const disconnected = other.prisma.$disconnect()
  // Too late to be waited for.
  const waiting = Promise.resolve(vote(other))
  held.release()
  await Promise.all([synchronous, waiting, disconnected])
  await one.prisma.$cache.flush()
  expect(await views()).toBe(2)
})

it('writes what was accepted when the process gets SIGTERM, and ends by the signal', async () => {
  const { views, startProcess } = await setup()
  const worker = await startProcess()
  expect(await worker.call('vote', 1)).toBe(1)
  expect(await views()).toBe(0)
  expect(await worker.kill('SIGTERM')).toBeNull()
  expect(await views()).toBe(1)
})

it('says what is left after the deadline, which another process then writes', async () => {
  const { one, open, views, vote, options } = await setup({ drainDeadline: '300ms' })
  await withPostgres(options.databaseUrl, async (sql) => {
    await sql.query('BEGIN; LOCK TABLE "City" IN SHARE MODE')
    const other = open()
    await vote(other)
    await vote(other)
    await other.prisma.$disconnect()
    expect(other.events.filter(({ kind }) => kind === 'writes-left')).toEqual([
      { kind: 'writes-left', model: 'City', writes: 2 },
    ])
    await sql.query('ROLLBACK')
  })
  await one.prisma.$cache.flush()
  expect(await views()).toBe(2)
})

it('ends after $disconnect although a batch is stuck in the database', async () => {
  const { one, views, options } = await setup()
  await withPostgres(options.databaseUrl, async (sql) => {
    await sql.query('BEGIN; LOCK TABLE "City" IN SHARE MODE')
    const { databaseUrl, redis, namespace } = options
    const env = { DATABASE_URL: databaseUrl, REDIS: redis, NAMESPACE: namespace }
    const { printed, ...end } = await runToEnd(resolve(import.meta.dirname, 'stuck.worker.ts'), env)
    expect(end).toEqual({ code: 0, signal: null })
    expect(JSON.parse(printed)).toEqual({ kind: 'writes-left', model: 'City', writes: 1 })
    await sql.query('ROLLBACK')
  })
  await one.prisma.$cache.flush()
  expect(await views()).toBe(1)
})

it('takes over what a killed process left before it reads the model', async () => {
  const { one, startProcess, views } = await setup({ loadLease: '300ms' })
  const worker = await startProcess()
  await worker.call('vote', 1)
  await worker.kill('SIGKILL')
  expect(await views()).toBe(0)
  expect((await one.prisma.city.findMany())[0]?.views).toBe(1)
  expect(await views()).toBe(1)
})

it('counts what it accepts and applies', async () => {
  const { one, vote } = await setup()
  await vote(one)
  await vote(one)
  await one.prisma.city.updateMany({ data: { population: 6 } })
  await waitUntil(() => one.events.some(({ kind }) => kind === 'flushed'), { what: 'the flush to be reported' })
  const { models, writeBehind } = one.prisma.$cache.stats()
  expect(models.City).toMatchObject({ accepted: 2, applied: 2, flushes: 1, deadLetters: 0, synchronous: 1 })
  expect(writeBehind.City).toMatchObject({ backlog: 2, batchSize: 2 })
  expect(writeBehind.City?.lagMs).toBeGreaterThanOrEqual(0)
})
