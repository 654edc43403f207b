import { beforeAll, describe, expect, it } from 'vitest'
import type { PrivateServer } from '../../services/private-server.ts'
import { startRedis, startReplica } from '../../services/redis.ts'
import { redisCommand } from '../../services/redis-command.ts'
import { waitUntil } from '../../services/wait-until.ts'
import type { CachedClient } from '../cached-client.ts'
import { city, eventsOf, openBench, pendingCities, storedCities } from './flushers.ts'
import { faultsOf, startLoad } from './load.ts'

/** A replica need not wait for others to come. */
const quickSync = ['--repl-diskless-sync-delay', '0']

const add = ({ prisma }: CachedClient, id: number, by: number) =>
  prisma.city.update({ where: { id }, data: { views: { increment: by } } })

async function seen({ events }: CachedClient, kind: string, since = 0): Promise<void> {
  await waitUntil(() => events.slice(since).some((event) => event.kind === kind), { what: kind, deadlineMs: 15_000 })
}

/** Kills it, and waits until every client knows. */
async function killedFor(server: PrivateServer, clients: readonly CachedClient[]): Promise<void> {
  const known = clients.map(({ events }) => events.length)
  await server.kill()
  await Promise.all(clients.map((client, i) => seen(client, 'store-unavailable', known[i])))
}

async function restartedFor(
  server: PrivateServer,
  clients: readonly CachedClient[],
  options: { readonly keepData?: boolean } = {},
): Promise<void> {
  const known = clients.map(({ events }) => events.length)
  await server.restart(options)
  await Promise.all(clients.map((client, i) => seen(client, 'store-recovered', known[i])))
}

describe('a Redis that writes before it answers', () => {
  let server: PrivateServer
  beforeAll(async () => {
    server = await startRedis({ args: ['--appendonly', 'yes', '--appendfsync', 'always'] })
  })
  const open = (more: object = {}) =>
    openBench({
      redis: server.url,
      config: { ...pendingCities({ acceptLoss: false, durability: 'fsynced', ...more }), commandDeadline: '1s' },
    })

  it('killed twice under load loses no acknowledged write, and none is applied twice', async () => {
    const bench = await open({ batch: { maxDelay: '10ms', maxSize: 20 } })
    const clients = [bench.here, bench.open(), bench.open()]
    const load = startLoad([...clients, ...clients], [1, 2, 3])
    for (let i = 0; i < 2; i += 1) {
      await load.more(100)
      await killedFor(server, clients)
      await restartedFor(server, clients)
      await load.more(100)
    }
    await load.stop()
    await bench.here.prisma.$cache.flush()
    expect(await faultsOf(load, bench.here)).toEqual([])
    expect(await bench.here.prisma.$cache.deadLetters.list()).toEqual([])
    expect([...load.codes].filter((code) => code !== 'WRITE_BEHIND.UNCONFIRMED')).toEqual([])
    expect(load.unknown.created.length + load.unknown.added.size).toBeGreaterThan(0)
  })

  it('gives back what was accepted and not flushed when it was killed, dead letters too', async () => {
    const { here } = await open()
    await add(here, 1, 1)
    await here.prisma.city.create({ data: city(50) })
    await here.base.city.create({ data: { ...city(50), name: 'Somebody else' } })
    await here.prisma.$cache.flush()
    await add(here, 1, 10)
    await here.prisma.city.update({ where: { id: 50 }, data: { name: 'Later' } })
    await killedFor(server, [here])
    await restartedFor(server, [here])
    expect(await here.prisma.city.findUnique({ where: { id: 1 } })).toEqual({ ...city(1), views: 11 })
    await here.prisma.$cache.flush()
    const letters = await here.prisma.$cache.deadLetters.list()
    expect(letters).toMatchObject([{ code: '23505', parked: 1 }])
    await here.base.city.delete({ where: { id: 50 } })
    await here.prisma.$cache.deadLetters.retry(letters[0]!.id)
    await here.prisma.$cache.flush()
    const expected = [{ ...city(1), views: 11 }, city(2), city(3), { ...city(50), name: 'Later' }]
    expect(await storedCities(here)).toEqual(expected)
  })

  it('while it is away reads go on, what would be accepted is rejected, and other writes are made', async () => {
    const { here } = await open()
    await add(here, 1, 1)
    await here.prisma.$cache.flush()
    await killedFor(server, [here])
    expect(await here.prisma.city.findUnique({ where: { id: 1 } })).toEqual({ ...city(1), views: 1 })
    expect(await here.prisma.city.findMany({ orderBy: { id: 'asc' } })).toEqual(await storedCities(here))
    await expect(add(here, 1, 1)).rejects.toMatchObject({ code: 'WRITE_BEHIND.UNCONFIRMED' })
    await expect(here.prisma.city.create({ data: city(4) })).rejects.toMatchObject({ name: 'CacheError' })
    const known = here.events.length
    await here.prisma.city.updateMany({ where: { id: 2 }, data: { name: 'Lutetia' } })
    expect(here.events.slice(known).map(({ kind }) => kind)).toContain('weakened-write')
    expect(await here.prisma.city.findUnique({ where: { id: 2 } })).toEqual({ ...city(2), name: 'Lutetia' })
    expect(await storedCities(here)).toEqual([{ ...city(1), views: 1 }, { ...city(2), name: 'Lutetia' }, city(3)])
    await restartedFor(server, [here])
    await waitUntil(() => add(here, 1, 10).then(() => true), { what: 'writes to be accepted again' })
    expect(await here.prisma.city.findMany({ orderBy: { id: 'asc' } })).toMatchObject([
      { views: 11 },
      { name: 'Lutetia' },
      { id: 3 },
    ])
  })
})

describe('a Redis that forgets', () => {
  it('loses what was not flushed, and nothing is applied twice before or after', async () => {
    const server = await startRedis()
    const bench = await openBench({ redis: server.url })
    const [here, other] = [bench.here, bench.open()]
    await add(here, 1, 1)
    await here.prisma.$cache.flush()
    for (let round = 1; round <= 2; round += 1) {
      await add(other, 1, 1_000)
      await add(here, 2, 1_000)
      await killedFor(server, [here, other])
      await restartedFor(server, [here, other], { keepData: false })
      for (const client of [here, other]) {
        expect(await client.prisma.city.findUnique({ where: { id: 2 } })).toEqual({
          ...city(2),
          views: (round - 1) * 10,
        })
      }
      await add(other, 2, 10)
      await add(here, 1, 1)
      expect(await other.prisma.city.findMany({ orderBy: { id: 'asc' } })).toEqual([
        { ...city(1), views: 1 + round },
        { ...city(2), views: round * 10 },
        city(3),
      ])
      await here.prisma.$cache.flush()
    }
    expect(await storedCities(here)).toEqual([{ ...city(1), views: 3 }, { ...city(2), views: 20 }, city(3)])
    expect(await here.prisma.$cache.deadLetters.list()).toEqual([])
  })

  it('a batch whose writes it forgot while that was committed counts once', async () => {
    const server = await startRedis()
    const { here } = await openBench({ redis: server.url })
    await add(here, 1, 1)
    await here.prisma.$cache.flush()
    await add(here, 1, 10)
    const held = here.adapter.holdNext((sql) => sql.includes('held AS'), { when: 'after' })
    const flushed = here.prisma.$cache.flush().catch(() => {})
    await held.reached
    await killedFor(server, [here])
    await restartedFor(server, [here], { keepData: false })
    held.release()
    await flushed
    expect(await here.prisma.city.findUnique({ where: { id: 1 } })).toEqual({ ...city(1), views: 11 })
    await add(here, 1, 100)
    await here.prisma.$cache.flush()
    expect(await storedCities(here)).toEqual([{ ...city(1), views: 111 }, city(2), city(3)])
  })
})

describe('a failover', () => {
  it('to a replica that lacks the latest applies neither them nor anything else twice', async () => {
    const master = await startRedis({ args: quickSync })
    const replica = await startReplica(master)
    const { here, open } = await openBench({ redis: master.url })
    await add(here, 1, 1)
    await here.prisma.$cache.flush()
    await add(here, 1, 10)
    const stream = `${here.namespace}:{City}:p:stream:0`
    const arrived = async () => (await redisCommand(replica.url, ['XLEN', stream])) === 1
    await waitUntil(arrived, { what: 'the replica to have the write' })
    // From here on it follows no more.
    await replica.promote()
    await here.prisma.$cache.flush()
    await add(here, 1, 100)
    await here.prisma.$cache.flush()
    await add(here, 1, 1_000)
    await killedFor(master, [here])
    const next = open({ redis: replica.url })
    expect(await next.prisma.city.findUnique({ where: { id: 1 } })).toEqual({ ...city(1), views: 111 })
    await add(next, 1, 10_000)
    expect(await next.prisma.city.findMany({ where: { id: 1 } })).toEqual([{ ...city(1), views: 10_111 }])
    await next.prisma.$cache.flush()
    expect(await storedCities(here)).toEqual([{ ...city(1), views: 10_111 }, city(2), city(3)])
    expect(await next.prisma.$cache.deadLetters.list()).toEqual([])
  })
})

describe('a Redis that is out of memory', () => {
  it('accepts no more: writes are made at once, after those that wait, and none is lost', async () => {
    const server = await startRedis({ args: ['--appendonly', 'yes', '--maxmemory-policy', 'noeviction'] })
    const { here } = await openBench({
      redis: server.url,
      config: { ...pendingCities({ acceptLoss: false }), flushDeadline: '8s' },
    })
    await here.prisma.city.create({ data: city(50) })
    await add(here, 1, 1)
    // One that the database refuses is set aside without memory, too.
    await here.base.city.create({ data: { ...city(50), name: 'Somebody else' } })
    await redisCommand(server.url, ['CONFIG', 'SET', 'maxmemory', '1mb'])
    // Somebody has to take the lead, as if it were the first on this server.
    const pending = `${here.namespace}:{City}:p`
    await redisCommand(server.url, ['DEL', `${pending}:lead:0`])
    await redisCommand(server.url, ['HDEL', `${pending}:state`, 'looked'])
    await add(here, 1, 10)
    expect(eventsOf(here, 'synchronous').at(-1)).toMatchObject({ reason: 'the store is out of memory' })
    expect(await here.base.city.findUnique({ where: { id: 1 } })).toEqual({ ...city(1), views: 11 })
    expect(await here.prisma.city.findUnique({ where: { id: 1 } })).toEqual({ ...city(1), views: 11 })
    await here.prisma.city.create({ data: city(4) })
    expect(await here.prisma.city.count()).toBe(5)
    expect(await here.prisma.$cache.deadLetters.list()).toMatchObject([{ code: '23505', parked: 0 }])
    await redisCommand(server.url, ['CONFIG', 'SET', 'maxmemory', '0'])
    await add(here, 1, 100)
    expect(eventsOf(here, 'accepted')).toHaveLength(3)
    await here.prisma.$cache.flush()
    expect(await storedCities(here)).toMatchObject([{ views: 111 }, { id: 2 }, { id: 3 }, { id: 4 }, { id: 50 }])
  })
})

describe('durability', () => {
  it('replicated: acknowledged when a replica has it, and not while that is frozen', async () => {
    const server = await startRedis({ args: ['--appendonly', 'yes', ...quickSync] })
    const replica = await startReplica(server)
    const config = {
      ...pendingCities({ acceptLoss: false, durability: 'replicated' }),
      commandDeadline: '2s',
    } as const
    const { here } = await openBench({ redis: server.url, config })
    await add(here, 1, 1)
    await replica.pause()
    await expect(add(here, 1, 10)).rejects.toMatchObject({ code: 'WRITE_BEHIND.UNCONFIRMED' })
    replica.resume()
    await waitUntil(() => add(here, 1, 100).then(() => true), { what: 'the replica to confirm again' })
    await here.prisma.$cache.flush()
    const { views } = (await here.base.city.findUnique({ where: { id: 1 } }))!
    // What was not confirmed was accepted all the same.
    expect(views).toBeGreaterThanOrEqual(111)
  })

  const refused = async (server: PrivateServer, more: object) => {
    const { here } = await openBench({ redis: server.url, config: pendingCities({ acceptLoss: false, ...more }) })
    try {
      await add(here, 1, 1)
    } catch (error) {
      expect(await here.prisma.city.findUnique({ where: { id: 1 } })).toEqual(city(1))
      return error as { readonly code: string; readonly problems: readonly string[] }
    }
    await here.prisma.$cache.flush()
    expect(await storedCities(here)).toMatchObject([{ views: 1 }, {}, {}])
    return null
  }
  const notDurable = (...problems: readonly RegExp[]) => ({
    code: 'WRITE_BEHIND.NOT_DURABLE',
    problems: problems.map((problem) => expect.stringMatching(problem)),
  })

  it('is not promised by a Redis that cannot keep it, unless the loss is accepted', async () => {
    const server = await startRedis({ args: ['--maxmemory-policy', 'allkeys-lru'] })
    expect(await refused(server, {})).toMatchObject(notDurable(/evicts/, /appendonly/))
    expect(await refused(server, { acceptLoss: true })).toBeNull()
    expect(await refused(server, { durability: 'applied' })).toBeNull()
    await redisCommand(server.url, ['CONFIG', 'SET', 'appendonly', 'yes'])
    expect(await refused(server, {})).toMatchObject(notDurable(/evicts/))
    await redisCommand(server.url, ['CONFIG', 'SET', 'maxmemory-policy', 'noeviction'])
    expect(await refused(server, {})).toBeNull()
  })

  it('is not promised where nobody can say that it is so, whatever loss is accepted', async () => {
    const server = await startRedis({ args: ['--appendonly', 'yes', ...quickSync] })
    const replicated = { durability: 'replicated', acceptLoss: true }
    expect(await refused(server, replicated)).toMatchObject(notDurable(/no replica/))
    const [, major, minor] = /redis_version:(\d+)\.(\d+)/.exec(
      String(await redisCommand(server.url, ['INFO', 'server'])),
    )!
    const hasWaitAof = Number(major) > 7 || (major === '7' && Number(minor) >= 2)
    const fsynced = { durability: 'fsynced', acceptLoss: true }
    const answer = await refused(server, fsynced)
    if (hasWaitAof) expect(answer).toBeNull()
    else expect(answer).toMatchObject(notDurable(/appendfsync always/))
    await redisCommand(server.url, ['CONFIG', 'SET', 'appendfsync', 'always'])
    expect(await refused(server, fsynced)).toBeNull()
  })
})
