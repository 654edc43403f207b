import { Redis } from 'ioredis'
import { expect, inject, it } from 'vitest'
import { cachePlugin } from '../../../src/index.ts'
import { loadScript } from '../../../src/stores/redis/script.ts'
import { stopLater } from '../../services/cleanup.ts'
import { freshNamespace } from '../../services/fresh.ts'
import { cachedClient, describeStores } from '../cached-client.ts'
import { begun, behind, city, flushed, openSeats, post, reasons } from './seats.ts'

// What is asked for in one tick is accepted in one step.
describeStores('write-behind, writes of one group', (makeStoreConfig) => {
  it('a key that one row leaves and another takes is that of the other', async () => {
    const { one, two } = await openSeats({ ...makeStoreConfig(), models: { User: behind } })
    const rename = (id: number, email: string) => one.prisma.user.update({ where: { id }, data: { email } })
    // Neither row is stored yet: both are read, and written together.
    const [first, second] = await Promise.all([rename(1, 'new@x'), rename(2, '1@x')])
    expect([first, second]).toMatchObject([
      { id: 1, email: 'new@x' },
      { id: 2, email: '1@x' },
    ])
    for (const { prisma } of [one, two]) {
      expect(await prisma.user.findUnique({ where: { id: 1 } })).toMatchObject({ email: 'new@x' })
      expect(await prisma.user.findUnique({ where: { id: 2 } })).toMatchObject({ email: '1@x' })
      expect(await prisma.user.findUnique({ where: { email: '1@x' } })).toMatchObject({ id: 2 })
      expect(await prisma.user.findUnique({ where: { email: '2@x' } })).toBeNull()
    }
    await flushed(one)
    expect(await one.base.user.findMany({ where: { id: { in: [1, 2] } }, orderBy: { id: 'asc' } })).toMatchObject([
      { id: 1, email: 'new@x' },
      { id: 2, email: '1@x' },
    ])
  })

  it('a row that the group takes away makes no room for another one in the same group', async () => {
    const { one, two } = await openSeats({ ...makeStoreConfig(), models: { City: behind } })
    const made = (id: number) => ({ ...city(id), name: `Made ${id}` })
    await Promise.all([
      one.prisma.city.create({ data: made(50) }),
      one.prisma.city.delete({ where: { id: 50 } }),
      one.prisma.city.upsert({ where: { id: 50 }, create: made(51), update: { views: 3 } }),
    ])
    await flushed(one)
    for (const { prisma } of [one, two]) {
      expect(await prisma.city.findUnique({ where: { id: 50 } })).toBeNull()
      expect(await prisma.city.findUnique({ where: { id: 51 } })).toMatchObject(made(51))
    }
    expect(await one.base.city.findMany({ where: { id: { gte: 50 } } })).toMatchObject([made(51)])
  })

  it('many writes of a row that was not known are accepted in the order of the calls', async () => {
    const { one, two } = await openSeats({ ...makeStoreConfig(), models: { City: behind } })
    const vote = () => one.prisma.city.update({ where: { id: 1 }, data: { views: { increment: 1 } } })
    const votes = await Promise.all(Array.from({ length: 300 }, vote))
    expect(votes.map(({ views }) => views)).toEqual(votes.map((_, i) => i + 1))
    expect(reasons(one)).toEqual([])
    await flushed(two)
    expect(await one.base.city.findUnique({ where: { id: 1 } })).toMatchObject({ views: 300 })
  })

  it('a key that the second part of a large group leaves is taken after that', async () => {
    const { one } = await openSeats({ ...makeStoreConfig(), models: { Post: behind } })
    await one.base.post.createMany({ data: [1, 2, 3, 4].map((id) => post(id, `s${id}`)) })
    const change = (id: number, data: { body?: string; slug?: string; views?: number }) =>
      begun(one.prisma.post.update({ where: { id }, data }))
    await Promise.all([1, 2, 3, 4].map((id) => change(id, { views: 1 })))
    await flushed(one)
    // Two of them are more than goes into one step.
    const body = 'x'.repeat(400_000)
    for (let ticks = 1; ticks < 4; ticks += 1) {
      const [left, taken] = ticks % 2 === 1 ? [1, 2] : [2, 1]
      const large = [change(3, { body }), change(4, { body }), change(left, { slug: `left ${ticks}` })]
      for (let i = 0; i < ticks; i += 1) await new Promise(setImmediate)
      await Promise.all([...large, change(taken, { slug: ticks % 2 === 1 ? 's1' : 's2' })])
      await flushed(one)
      // As it was.
      await change(left, { slug: ticks % 2 === 1 ? 's2' : 's1' })
      await flushed(one)
    }
  })

  it('a TTL that cannot be had is the matter of its row alone', async () => {
    const ttl = ({ result }: { readonly result: unknown }) => {
      if ((result as { id?: number } | null)?.id === 2) throw new Error('no TTL for this one')
      return '1h' as const
    }
    const { one, two } = await openSeats({ ...makeStoreConfig(), models: { City: { ...behind, ttl } } })
    await one.base.city.createMany({ data: [city(2), city(3)] })
    const add = (id: number) => one.prisma.city.update({ where: { id }, data: { views: { increment: 1 } } })
    // Of some the rows are known, of others they are read.
    await add(1)
    const votes = await Promise.allSettled([add(1), add(2), add(3), add(2)])
    expect(votes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled', 'fulfilled'])
    expect(reasons(one)).toEqual([])
    await flushed(two)
    expect(await one.base.city.findMany({ orderBy: { id: 'asc' } })).toMatchObject([
      { id: 1, views: 2 },
      { id: 2, views: 2 },
      { id: 3, views: 1 },
    ])
  })

  it('a row that is written all the time shows after its TTL what others wrote past the plugin', async () => {
    const { one } = await openSeats({ ...makeStoreConfig(), models: { City: { ...behind, ttl: '300ms' } } })
    const vote = () => one.prisma.city.update({ where: { id: 1 }, data: { views: { increment: 1 } } })
    await vote()
    await one.base.city.update({ where: { id: 1 }, data: { name: 'Renamed' } })
    let votes = 1
    for (let row = await vote(); row.name !== 'Renamed'; row = await vote()) {
      votes += 1
      if (votes > 20_000) throw new Error('It is never read again.')
    }
    await flushed(one)
    expect(await one.base.city.findUnique({ where: { id: 1 } })).toMatchObject({ name: 'Renamed', views: votes + 1 })
  })

  it('a batch that the database does not take in time is tried again in halves, and those after it are whole', async () => {
    const config = { City: { ...behind, batch: { maxSize: 8, maxDelay: '1h' } } } as const
    const { one } = await openSeats({ ...makeStoreConfig(), models: config })
    const ids = Array.from({ length: 24 }, (_, i) => i + 2)
    await one.base.city.createMany({ data: ids.map(city) })
    await one.prisma.$cache.flush()
    const isFlush = (sql: string) => sql.includes('UPDATE') && sql.includes('"City" AS')
    one.adapter.failNext(isFlush, new Error('the connection was lost'))
    one.adapter.clear()
    const write = (id: number) => one.prisma.city.update({ where: { id }, data: { views: { increment: id } } })
    for (const first of [0, 8, 16]) await Promise.all(ids.slice(first, first + 8).map(write))
    await flushed(one)
    const rows = one.adapter.statements.filter(({ sql }) => isFlush(sql)).map(({ args }) => String(args[0]).split(','))
    expect(rows.map(({ length }) => length)).toEqual([8, 4, 4, 8, 8])
    const written = await one.base.city.findMany({ where: { id: { in: ids } }, orderBy: { id: 'asc' } })
    expect(written.map(({ views }) => views)).toEqual(ids)
  })
})

it('of many writes in one tick two groups are on their way to the store, which have no row in common', async () => {
  const { one } = await openSeats({ models: {} })
  const client = new Redis(inject('redisUrl'))
  stopLater(async () => client.disconnect())
  const underWay = watchAccepting(client)
  const models = { City: behind } as const
  const prisma = one.base.$extends(
    cachePlugin({ redis: client, namespace: freshNamespace(), commandDeadline: '5s', models }),
  )
  stopLater(() => prisma.$disconnect())
  const ids = Array.from({ length: 80 }, (_, i) => i + 2)
  await one.base.city.createMany({ data: ids.map(city) })
  const vote = (id: number) => prisma.city.update({ where: { id }, data: { views: { increment: 1 } } })
  // From now on all rows are known.
  await Promise.all(ids.map(vote))
  underWay.groups = []
  const voted = [...ids, ...ids.map(() => 2), ...ids, 2]
  const shown = await Promise.all(voted.map(vote))

  // Each row counts up in the order of the calls.
  const seen = new Map(ids.map((id) => [id, 1]))
  for (const { id, views } of shown) {
    expect(views).toBe(seen.get(id)! + 1)
    seen.set(id, views)
  }
  expect(Math.max(...underWay.groups.map(({ beside }) => beside.length))).toBe(1)
  for (const { keys, beside } of underWay.groups) {
    for (const other of beside) expect(keys.filter((key) => other.includes(key))).toEqual([])
  }
  await prisma.$cache.flush()
  const stored = await one.base.city.findMany({ where: { id: { in: ids } } })
  expect(new Map(stored.map(({ id, views }) => [id, views]))).toEqual(seen)
})

it('what is too much for one step goes to the partitions that there are', async () => {
  const store = { redis: inject('redisUrl'), namespace: freshNamespace() }
  const { one, options } = await openSeats({ ...store, models: { Post: { ...behind, partitions: 1 } } })
  const other = cachedClient({ ...options, config: { models: { Post: { ...behind, partitions: 4 } } } })
  const ids = Array.from({ length: 12 }, (_, i) => i + 1)
  await one.base.post.createMany({ data: [...ids, 13].map((id) => post(id, `s${id}`)) })
  // As long as it waits, there is one.
  await one.prisma.post.update({ where: { id: 13 }, data: { views: 1 } })
  const body = 'x'.repeat(400_000)
  await Promise.all(ids.map((id) => other.prisma.post.update({ where: { id }, data: { views: 1, body } })))
  const redis = new Redis(store.redis)
  stopLater(async () => redis.disconnect())
  const streams = await redis.keys(`${store.namespace}:*:stream:*`)
  expect(streams.map((name) => name.split(':').at(-1))).toEqual(['0'])
  const written = await one.prisma.post.findMany({ where: { id: { in: ids } }, select: { views: true } })
  expect(written).toEqual(ids.map(() => ({ views: 1 })))
})

/** Of each group that leaves: the keys of its rows, and of the rows of groups that are under way already. */
function watchAccepting(client: Redis) {
  const { sha1 } = loadScript('accept')
  const underWay = new Set<readonly string[]>()
  const watched: { groups: { readonly keys: readonly string[]; readonly beside: (readonly string[])[] }[] } = {
    groups: [],
  }
  const call = client.call.bind(client) as (...command: readonly (string | number)[]) => Promise<unknown>
  client.call = ((...command: readonly (string | number)[]) => {
    const reply = call(...command)
    const [name, digest, count] = command
    if (name !== 'evalsha' || digest !== sha1) return reply
    // The first ones are those of the model.
    const keys = command.slice(3 + 5, 3 + Number(count)).map(String)
    watched.groups.push({ keys, beside: [...underWay] })
    underWay.add(keys)
    return reply.finally(() => underWay.delete(keys))
  }) as typeof client.call
  return watched
}
