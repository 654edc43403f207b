import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import type { PrivateServer } from '../../services/private-server.ts'
import { freePort } from '../../services/private-server.ts'
import { startRedis } from '../../services/redis.ts'
import { redisCommand } from '../../services/redis-command.ts'
import { waitUntil } from '../../services/wait-until.ts'
import { type CachedClient, cachedClient } from '../cached-client.ts'
import { startForwarder } from '../stores/redis/forwarder.ts'
import { type Cached, type Read, statusOf, useBench } from './bench.ts'
import { expectSame } from './same.ts'

const commandDeadlineMs = 400
const config = { commandDeadline: `${commandDeadlineMs}ms`, lease: '1h', models: { City: {}, Country: {} } } as const

const byId: Read = (client) => client.city.findUnique({ where: { id: 1 } })
const list: Read = (client) =>
  client.country.findMany({ include: { cities: { orderBy: { id: 'asc' } } }, orderBy: { code: 'asc' } })
const reads = [byId, list]

const asCached = ({ prisma }: CachedClient) => prisma as unknown as Cached

async function untilCached({ prisma }: CachedClient): Promise<void> {
  const cached = prisma as unknown as Cached
  await waitUntil(async () => (await statusOf(cached, byId)) === 'hit' && (await statusOf(cached, list)) === 'hit', {
    what: 'the cache to serve again',
    deadlineMs: 15_000,
  })
}

describe('an outage of Redis', () => {
  const bench = useBench('memory')
  let server: PrivateServer
  beforeAll(async () => {
    // Everything written down at once, so that a killed server returns with what it had.
    server = await startRedis({ args: ['--appendonly', 'yes', '--appendfsync', 'always'] })
  })

  const open = (redis: string, namespace?: string) =>
    cachedClient({ databaseUrl: bench.databaseUrl, redis, config, ...(namespace === undefined ? {} : { namespace }) })

  const expectTruth = async (clients: readonly CachedClient[], what: string) => {
    for (const [i, client] of clients.entries()) {
      for (const read of reads)
        expectSame(await read(asCached(client)), await read(bench.plain), `${what}, client ${i}`)
    }
  }

  it('what is stored is served while Redis refuses writes, also after many misses in a row', async () => {
    const client = open(server.url)
    await untilCached(client)
    // No load can begin.
    await redisCommand(server.url, ['CONFIG', 'SET', 'min-replicas-to-write', 1])
    try {
      for (let id = 1e6; id < 1e6 + 30; id += 1)
        expect(await client.prisma.city.findUnique({ where: { id } })).toBeNull()
      const statuses = [await statusOf(asCached(client), byId), await statusOf(asCached(client), byId)]
      expect(statuses[1]).toBe('hit')
    } finally {
      await redisCommand(server.url, ['CONFIG', 'SET', 'min-replicas-to-write', 0])
    }
  })

  it('R38: a write while Redis is dead is seen everywhere when it returns with its old data', async () => {
    const one = open(server.url)
    const other = open(server.url, one.namespace)
    for (const client of [one, other]) await untilCached(client)
    await server.kill()
    await one.prisma.city.update({ where: { id: 1 }, data: { name: 'Lutetia' } })
    await expectTruth([one, other], 'while it is dead')
    await server.restart()
    const third = open(server.url, one.namespace)
    await expectTruth([one, other, third], 'after the restart')
    for (const client of [one, other, third]) await untilCached(client)
    await expectTruth([one, other, third], 'when it serves again')
    expect((await asCached(one).city.findUnique({ where: { id: 1 } }))!.name).toBe('Lutetia')
  })

  it('R38: a writer that alone has lost Redis tells the others when it finds it again', async () => {
    const forwarder = await startForwarder(server.port)
    const writer = open(forwarder.url)
    const other = open(server.url, writer.namespace)
    for (const client of [writer, other]) await untilCached(client)
    forwarder.forwardTo(await freePort())
    await writer.prisma.city.update({ where: { id: 1 }, data: { name: 'Lutetia' } })
    await expectTruth([writer], 'without Redis')
    expect(await statusOf(asCached(writer), byId)).toBe('bypass')
    expect(writer.events.some(({ kind }) => kind === 'invalidation-owed')).toBe(true)
    forwarder.forwardTo(server.port)
    await untilCached(writer)
    await expectTruth([writer, other], 'when it is back')
    expect((await asCached(other).city.findUnique({ where: { id: 1 } }))!.name).toBe('Lutetia')
  })

  it('R38: a reader that was cut off with a writer serves nothing that it finds before that one is back', async () => {
    const [toWriter, toReader] = [await startForwarder(server.port), await startForwarder(server.port)]
    const writer = open(toWriter.url)
    const reader = open(toReader.url, writer.namespace)
    for (const client of [writer, reader]) await untilCached(client)
    for (const forwarder of [toWriter, toReader]) forwarder.forwardTo(await freePort())
    await waitUntil(() => reader.events.some(({ kind }) => kind === 'store-unavailable'), { what: 'the outage' })
    // Acknowledged when it has become clear that it is no short one.
    await writer.prisma.city.update({ where: { id: 1 }, data: { name: 'Lutetia' } })

    toReader.forwardTo(server.port)
    await waitUntil(() => reader.events.some(({ kind }) => kind === 'store-recovered'), {
      what: 'the reader to return',
    })
    const { data, info } = await reader.prisma.$cache.withInfo(() => byId(asCached(reader)))
    expect(info).toMatchObject({ status: 'bypass', reason: 'the store was out of reach a moment ago' })
    expect(data).toMatchObject({ name: 'Lutetia' })

    toWriter.forwardTo(server.port)
    for (const client of [writer, reader]) await untilCached(client)
    await expectTruth([writer, reader], 'when all are back')
  })

  it.each([
    ['killed and started again', () => server.kill(), () => server.restart()],
    ['killed and started again without its data', () => server.kill(), () => server.restart({ keepData: false })],
    ['stopped and started again', () => server.kill('SIGTERM'), () => server.restart()],
    ['frozen and thawed', () => server.pause(), async () => server.resume()],
  ])('fails no request and gives no wrong answer while Redis is %s', async (_, harm, heal) => {
    const client = open(server.url)
    const { prisma, events } = client
    await untilCached(client)

    let written = (await prisma.city.findUniqueOrThrow({ where: { id: 1 } })).views
    let stopped = false
    let answers = 0
    const write = async () => {
      while (!stopped) {
        await prisma.city.update({ where: { id: 1 }, data: { views: written + 1 } })
        written += 1
      }
    }
    const read = async () => {
      while (!stopped) {
        const least = written
        const city = await prisma.city.findUniqueOrThrow({ where: { id: 1 } })
        expect(city.views, 'what was acknowledged before the read').toBeGreaterThanOrEqual(least)
        answers += 1
      }
    }
    const traffic = Promise.all([write(), read(), read(), read()])
    // What fails in there fails the test at once, not when it is awaited.
    const during = <T>(step: Promise<T>) => Promise.race([step, traffic.then(() => step)])
    const more = (n: number) => {
      const goal = answers + n
      return during(waitUntil(() => answers >= goal, { what: 'answers', deadlineMs: 20_000 }))
    }
    try {
      await more(10)
      await harm()
      await during(
        waitUntil(() => events.some(({ kind }) => kind === 'store-unavailable'), { what: 'the outage to be seen' }),
      )
      await more(10)

      // Now that it is known, nobody waits for Redis: twenty reads would take twenty deadlines otherwise.
      const startedMs = performance.now()
      for (let i = 0; i < 20; i += 1) await prisma.country.findUnique({ where: { code: 'FR' } })
      expect(performance.now() - startedMs).toBeLessThan(6 * commandDeadlineMs)

      await heal()
      await more(10)
    } finally {
      stopped = true
      await traffic
    }
    await untilCached(client)
    await expectTruth([client], 'when it serves again')
    expect(events.some(({ kind }) => kind === 'store-recovered')).toBe(true)
  })

  it('needs no Redis to start', async () => {
    const client = open(`redis://127.0.0.1:${await freePort()}`)
    await expectTruth([client], 'without Redis')
    await client.prisma.city.update({ where: { id: 1 }, data: { name: 'Lutetia' } })
    await client.prisma.$transaction(async (tx) => void (await tx.city.delete({ where: { id: 2 } })))
    await expectTruth([client], 'after writes')
    expect((await client.prisma.$cache.withInfo(() => byId(asCached(client)))).info).toMatchObject({ status: 'bypass' })
    await expect(client.prisma.$cache.invalidate({ models: ['City'] })).rejects.toMatchObject({ name: 'CacheError' })
    await client.prisma.$disconnect()
  })

  it('says that Redis refuses a command that it needs, and goes to the database', async () => {
    const user = randomUUID()
    await redisCommand(server.url, ['ACL', 'SETUSER', user, 'on', '>secret', '~*', '&*', '+@all', '-pttl'])
    const url = new URL(server.url)
    url.username = user
    url.password = 'secret'
    const client = open(url.href)
    expectSame(await byId(asCached(client)), await byId(bench.plain))
    expect(await statusOf(asCached(client), byId)).toBe('bypass')
    const warnings = client.events.filter((event) => event.kind === 'warning')
    expect(warnings[0]).toMatchObject({ message: expect.stringContaining('refused'), model: 'City' })
    expect(String(warnings[0]!.error)).toMatch(/can't run this command/)
    await client.prisma.city.update({ where: { id: 1 }, data: { name: 'Lutetia' } })
    await expectTruth([client], 'after a write')
  })
})
