import { beforeAll, describe, expect, it } from 'vitest'
import type { PrismaClient } from '../../../prisma/generated/client.ts'
import { type CacheClient, cachePlugin, type PluginConfig } from '../../../src/index.ts'
import { stopLater } from '../../services/cleanup.ts'
import { watchedClient } from '../../services/client.ts'
import { freshDatabase } from '../../services/fresh.ts'
import { withPostgres } from '../../services/postgres.ts'
import { startRedis } from '../../services/redis.ts'
import { redisCommand } from '../../services/redis-command.ts'
import { seed } from './seed.ts'

let databaseUrl: string
beforeAll(async () => {
  databaseUrl = await freshDatabase()
})

/** A client with a Redis of its own, which counts what it is asked. Nobody listens to events. */
async function open(config: Omit<PluginConfig, 'redis'> = {}) {
  const redis = await startRedis()
  const { client: base, adapter } = watchedClient(databaseUrl)
  await withPostgres(databaseUrl, (sql) => sql.query(seed))
  const ttl = { ttl: '1h' } as const
  const models = { City: ttl, Country: ttl, User: ttl, Post: ttl, Comment: ttl, Tag: ttl }
  // The sweeper asks once a second, a lease after the start everything is invalidated once.
  const cached = base.$extends(cachePlugin({ models, lease: '1h', commandDeadline: '5s', ...config, redis: redis.url }))
  stopLater(() => cached.$disconnect())
  const calls = async () => {
    const info = String(await redisCommand(redis.url, ['INFO', 'commandstats']))
    const count = (name: string) => Number(info.match(new RegExp(`^cmdstat_${name}:calls=(\\d+)`, 'm'))?.[1] ?? 0)
    // What scripts call counts as well; of these only lookups are of interest, which call none.
    return {
      gathered: count('sort_ro'),
      ages: count('pttl'),
      scripts: count('evalsha'),
      read: count('hmget') + count('get'),
    }
  }
  const { $cache } = cached as unknown as { readonly $cache: CacheClient }
  const stored = () => expect.poll(() => $cache.stats().fills).toBe($cache.stats().misses)
  return {
    prisma: cached as unknown as PrismaClient,
    adapter,
    /** What Redis was asked for meanwhile; what a miss leaves is stored after it. */
    async asked(read: () => PromiseLike<unknown>) {
      await stored()
      const before = await calls()
      await read()
      await stored()
      const after = await calls()
      return Object.fromEntries(
        Object.entries(after).map(([name, count]) => [name, count - before[name as keyof typeof before]]),
      )
    },
  }
}

const one = { gathered: 1, ages: 0, scripts: 0, read: 0 }

const reads: Readonly<Record<string, (client: PrismaClient) => PromiseLike<unknown>>> = {
  'a lookup by key': (client) => client.city.findUnique({ where: { id: 1 } }),
  'a list by a foreign key': (client) => client.city.findMany({ where: { countryCode: 'PE' } }),
  'a list of everything': (client) => client.country.findMany(),
  'a count': (client) => client.city.count({ where: { countryCode: 'FR' } }),
}

describe('a hit takes one command to Redis', () => {
  it.each(Object.entries(reads))('for %s', async (_, read) => {
    const { prisma, asked } = await open()
    await read(prisma)
    await read(prisma)
    expect(await asked(() => read(prisma))).toEqual(one)
  })

  it('for related rows, once it is known on which ones it depends; two until then', async () => {
    const { prisma, asked } = await open()
    const read = () =>
      prisma.user.findMany({ where: { role: { not: 'READER' } }, include: { posts: { include: { tags: true } } } })
    await read()
    const [second, third] = [await asked(read), await asked(read)]
    expect(second).not.toEqual(one)
    expect(second).toMatchObject({ gathered: 1, scripts: 0 })
    expect(third).toEqual(one)
  })

  it('and one more, in the same round trip, where the age of the entry matters', async () => {
    const { prisma, asked } = await open({ defaults: { staleWhileRevalidate: '1m' } })
    const read = () => prisma.city.findUnique({ where: { id: 1 } })
    await read()
    await read()
    expect(await asked(read)).toEqual({ ...one, ages: 1 })
  })
})

it.each(Object.entries(reads))('a miss takes three commands: %s', async (_, read) => {
  const { prisma, asked } = await open()
  // A lookup in an empty Redis is another command.
  await prisma.tag.findMany()
  expect(await asked(() => read(prisma))).toMatchObject({ gathered: 1, scripts: 2 })
})

it('a read right after one that missed finds what that stored, also where only the rows tell on what it depends', async () => {
  const related = (client: PrismaClient) => client.user.findMany({ include: { posts: { include: { tags: true } } } })
  for (const read of [...Object.values(reads), related]) {
    const [once, twice] = [await open(), await open()]
    const { scripts } = await once.asked(() => read(once.prisma))
    const asked = await twice.asked(async () => {
      await read(twice.prisma)
      await read(twice.prisma)
    })
    // The first lookup in an empty Redis is a script.
    expect(asked).toMatchObject({ scripts, gathered: 2 })
  }
})

it('shows a related row that was written, and one that has come, although others were expected', async () => {
  const { prisma } = await open()
  const read = () =>
    prisma.country.findUnique({ where: { code: 'PE' }, include: { cities: { orderBy: { id: 'asc' } } } })
  for (let i = 0; i < 3; i += 1) await read()
  const [first] = (await read())!.cities
  await prisma.city.update({ where: { id: first!.id }, data: { population: 7 } })
  expect((await read())!.cities[0]!.population).toBe(7)
  await prisma.city.create({ data: { ...first!, id: 99_999, name: 'New' } })
  for (let i = 0; i < 3; i += 1) expect((await read())!.cities.at(-1)!.name).toBe('New')
  await prisma.city.delete({ where: { id: 99_999 } })
  for (let i = 0; i < 3; i += 1) expect((await read())!.cities.at(-1)!.name).not.toBe('New')
})

it.each([3, 500])('sends the lookups that miss in one tick to the database as one statement: %s', async (count) => {
  const { prisma, adapter } = await open()
  const ids = Array.from({ length: count }, (_, id) => id)
  const look = (id: number) => prisma.city.findUnique({ where: { id } })
  // Some are hits, and some are asked for twice.
  for (const id of ids.filter((id) => id % 5 === 4).slice(0, 20)) await look(id)
  adapter.clear()
  const found = await Promise.all([...ids, ...ids.slice(0, 10)].map(look))
  expect(found.filter((city) => city !== null).length).toBeGreaterThan(0)
  for (const [i, city] of found.entries()) if (city) expect(city.id).toBe(ids[i % count])
  expect(adapter.count((sql) => sql.startsWith('SELECT'))).toBe(1)
})
