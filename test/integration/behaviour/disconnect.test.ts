import { resolve } from 'node:path'
import { Redis } from 'ioredis'
import { describe, expect, inject, it } from 'vitest'
import { cachePlugin } from '../../../src/index.ts'
import { stopLater } from '../../services/cleanup.ts'
import { watchedClient } from '../../services/client.ts'
import { freshNamespace } from '../../services/fresh.ts'
import { freePort } from '../../services/private-server.ts'
import { startRedis } from '../../services/redis.ts'
import { runToEnd } from '../../services/run-to-end.ts'
import { cachedClient } from '../cached-client.ts'
import { type Cached, expectCached, patient, type Read, statusOf, storeKinds, useBench } from './bench.ts'

const read: Read = (client) => client.city.findUnique({ where: { id: 1 } })

describe('a process that has disconnected', () => {
  const bench = useBench('redis')

  const run = async (env: Readonly<Record<string, string>>) => {
    const common = { DATABASE_URL: bench.databaseUrl, NAMESPACE: freshNamespace() }
    const { code, printed } = await runToEnd(resolve(import.meta.dirname, 'leaving.worker.ts'), { ...common, ...env })
    return { code, printed: JSON.parse(printed || '{}') }
  }

  it('ends by itself', async () => {
    expect(await run({ REDIS: inject('redisUrl') })).toEqual({ code: 0, printed: { status: 'hit' } })
  })

  it('ends by itself although Redis died meanwhile', async () => {
    const server = await startRedis()
    expect(await run({ REDIS: server.url, SERVER_PID: String(server.pid) })).toEqual({
      code: 0,
      printed: { status: 'hit' },
    })
  })

  it('ends by itself although Redis was never there', async () => {
    const url = `redis://127.0.0.1:${await freePort()}`
    expect(await run({ REDIS: url })).toEqual({ code: 0, printed: { status: 'bypass' } })
  })

  it('has left the Redis client that was given to it open', async () => {
    expect(await run({ REDIS: inject('redisUrl'), OWN: 'yes' })).toEqual({
      code: 0,
      printed: { status: 'hit', pong: 'PONG' },
    })
  })
})

describe.each(storeKinds)('$disconnect (%s)', (kind) => {
  const bench = useBench(kind)
  const redis = kind === 'redis' ? { redis: inject('redisUrl') } : {}

  it('is not the end: the next query connects again', async () => {
    const { prisma } = cachedClient({ databaseUrl: bench.databaseUrl, ...redis, config: { ...patient } })
    const cached = prisma as unknown as Cached
    for (let round = 0; round < 3; round += 1) {
      await read(cached)
      expect(await statusOf(cached, read)).toBe('hit')
      await prisma.city.update({ where: { id: 1 }, data: { views: round } })
      expect(await statusOf(cached, read)).toBe('miss')
      await prisma.$disconnect()
    }
    await Promise.all([prisma.$disconnect(), prisma.$disconnect()])
    expect(await read(cached)).toStrictEqual(await read(bench.plain))
  })

  it.each<[string, Read]>([
    ['a row', read],
    ['rows with others', (client) => client.country.findMany({ include: { cities: true } })],
  ])('waits for what runs: %s under way is stored', async (_, readSome) => {
    const { prisma, adapter, events } = cachedClient({
      databaseUrl: bench.databaseUrl,
      ...redis,
      config: { ...patient },
    })
    const cached = prisma as unknown as Cached
    const held = adapter.holdNext((sql) => sql.startsWith('SELECT'), { when: 'after' })
    const reading = readSome(cached).then(() => 'read')
    await held.reached
    const gone = prisma.$disconnect()
    held.release()
    await gone
    expect(events.some(({ kind }) => kind === 'filled')).toBe(true)
    expect(await reading).toBe('read')
    expect(await statusOf(cached, readSome)).toBe('hit')
  })

  it('waits for what runs: a write under way is invalidated', async () => {
    await expectCached(bench, read)
    const { first, seats } = bench
    const held = first.adapter.holdNext((sql) => sql.startsWith('UPDATE'), { when: 'after' })
    const write = first.prisma.city.update({ where: { id: 1 }, data: { name: 'Lutetia' } }).then(() => 'written')
    await held.reached
    const gone = first.prisma.$disconnect()
    held.release()
    expect(await write).toBe('written')
    await gone
    expect(await read(seats[1]!.prisma)).toStrictEqual(await read(bench.plain))
  })
})

describe('a Redis client of the user', () => {
  const bench = useBench('redis')

  it('is used by several clients, and stays usable when they disconnect', async () => {
    const own = new Redis(inject('redisUrl'))
    stopLater(async () => own.disconnect())
    const namespace = freshNamespace()
    const open = () =>
      watchedClient(bench.databaseUrl).client.$extends(
        cachePlugin({ redis: own, namespace, ...patient, models: { City: {} } }),
      )
    const [one, other] = [open(), open()]
    await read(one as unknown as Cached)
    expect(await statusOf(other as unknown as Cached, read)).toBe('hit')
    await one.$disconnect()
    expect(await own.ping()).toBe('PONG')
    await other.city.update({ where: { id: 1 }, data: { name: 'Lutetia' } })
    expect(await read(one as unknown as Cached)).toMatchObject({ name: 'Lutetia' })
    await Promise.all([one.$disconnect(), other.$disconnect()])
    expect(await own.ping()).toBe('PONG')
    expect(own.listenerCount('close')).toBe(new Redis({ lazyConnect: true }).listenerCount('close'))
  })
})
