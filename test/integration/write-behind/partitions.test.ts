import { expect, inject, it } from 'vitest'
import { freshDatabase, freshNamespace } from '../../services/fresh.ts'
import { withPostgres } from '../../services/postgres.ts'
import { spawnWorker } from '../../services/process.ts'
import { redisCommand } from '../../services/redis-command.ts'
import { waitUntil } from '../../services/wait-until.ts'
import { cachedClient } from '../cached-client.ts'

const late = { strategy: 'write-behind', acceptLoss: true, batch: { maxDelay: '1h' } } as const
const ids = [1, 2, 3, 4, 5, 6, 7, 8]

/** Clients of some rows, with as many partitions as they are told. */
async function setup() {
  const shared = { databaseUrl: await freshDatabase(), namespace: freshNamespace(), redis: inject('redisUrl') } as const
  const optionsOf = (partitions: number, batch: { readonly maxDelay: '1h' | '50ms' } = late.batch) => ({
    ...shared,
    config: { loadLease: '300ms', models: { City: { ...late, partitions, batch } } } as const,
  })
  const one = cachedClient(optionsOf(1))
  await one.base.country.create({ data: { code: 'FR', name: 'France', region: 'Europe' } })
  const rest = { name: 'a city', countryCode: 'FR', population: 5, latitude: 1.5, longitude: 2 }
  await one.base.city.createMany({ data: ids.map((id) => ({ id, ...rest })) })
  const views = async () => (await one.base.city.findMany({ orderBy: { id: 'asc' } })).map((city) => city.views)
  return { ...shared, one, views, optionsOf }
}

it('a write waits behind a dead letter of its row from another number of partitions, whatever the clock of Redis was', async () => {
  const { one, views, optionsOf, namespace, redis, databaseUrl } = await setup()
  const { deadLetters } = one.prisma.$cache
  const set = (client: typeof one, views: number) =>
    Promise.all(ids.map((id) => client.prisma.city.update({ where: { id }, data: { views } })))
  // What is accepted in a stream goes on from its last entry, although the clock was set back since.
  const stream = `${namespace}:{City}:p:stream:0`
  await redisCommand(redis, ['XADD', stream, `${Date.now() + 3_600_000}-0`, 'life', 'none', 'writes', 'none'])
  await redisCommand(redis, ['XTRIM', stream, 'MAXLEN', '0'])
  await withPostgres(databaseUrl, (sql) => sql.query('ALTER TABLE "City" ADD CONSTRAINT few CHECK ("views" < 1000)'))
  await set(one, 5000)
  await one.prisma.$cache.flush()
  expect(await deadLetters.list()).toHaveLength(ids.length)
  const four = cachedClient(optionsOf(4))
  await set(four, 7)
  await four.prisma.$cache.flush()
  expect(await views()).toEqual(ids.map(() => 0))
  await withPostgres(databaseUrl, (sql) => sql.query('ALTER TABLE "City" DROP CONSTRAINT few'))
  for (const { id } of await deadLetters.list()) await deadLetters.retry(id)
  await one.prisma.$cache.flush()
  expect(await views()).toEqual(ids.map(() => 7))
})

it('what a dead process left in partitions that there are no more is written without being asked for', async () => {
  const { views, optionsOf } = await setup()
  const { prisma } = cachedClient(optionsOf(1, { maxDelay: '50ms' }))
  // As in a deployment: the next release is at work already, and has nothing to take over yet.
  await prisma.country.findMany()
  const worker = await spawnWorker(new URL('./lifecycle.worker.ts', import.meta.url))
  await worker.call('open', optionsOf(4))
  for (const id of ids) await worker.call('vote', id)
  await worker.kill('SIGKILL')
  await waitUntil(async () => (await views()).every((count) => count === 1), { what: 'all partitions to be flushed' })
})
