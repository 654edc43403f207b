import { randomUUID } from 'node:crypto'
import { Cluster } from 'ioredis'
import { beforeAll, describe, expect, inject, it } from 'vitest'
import { stopLater } from '../../../services/cleanup.ts'
import { type RedisCluster, startRedisCluster } from '../../../services/redis-cluster.ts'
import { redisCommand } from '../../../services/redis-command.ts'
import { waitUntil } from '../../../services/wait-until.ts'
import { cachedClient } from '../../cached-client.ts'
import { describeStoreContract } from '../store-contract.ts'
import { fillEntry, key, retainMs, servedRow, touchRow, value } from './entries.ts'
import { openStore } from './open-store.ts'

let cluster: RedisCluster

beforeAll(async () => {
  cluster = await startRedisCluster()
})

function connect(options: ConstructorParameters<typeof Cluster>[1] = {}): Cluster {
  const client = new Cluster([...cluster.urls], options)
  client.on('error', () => {})
  stopLater(async () => client.disconnect())
  return client
}

describeStoreContract('a cluster', async () => {
  const namespace = randomUUID()
  return async () => openStore(connect(), { namespace }).store
})

describe('a cluster', () => {
  it('R39: keeps all keys of a model in one slot, and shows no value of a row in any', async () => {
    const { store, namespace } = openStore(connect())
    await fillEntry(store, 'row')
    await store.obtainStamps([{ ...value, values: '"secret"' }], retainMs)
    await store.acquireLease(key, 'a', retainMs)
    const keys = await keysOf(namespace)
    const ofModel = keys.filter((name) => name.includes('City'))
    expect(ofModel).toHaveLength(5)
    const slots = ofModel.map((name) => redisCommand(cluster.urls[0]!, ['CLUSTER', 'KEYSLOT', name]))
    expect(new Set(await Promise.all(slots)).size).toBe(1)
    expect(keys.join()).not.toContain('secret')
  })

  it('serves a client that prefixes its keys, and wakes those who wait without the prefix', async () => {
    const namespace = randomUUID()
    const { store } = openStore(connect({ keyPrefix: 'mine:' }), { namespace })
    await fillEntry(store, 'row')
    expect(await servedRow(store)).toBe('row')
    expect((await keysOf(namespace)).every((name) => name.startsWith('mine:'))).toBe(true)
    await store.acquireLease(key, 'a', retainMs)
    const watch = await store.watchLease(key)
    await store.releaseLease(key, 'a', 'filled')
    expect(await watch.released(20_000)).toBe('filled')
    await watch.close()
    await touchRow(store)
    expect(await servedRow(store)).toBeNull()
  })

  it('R23: never asks replicas, though the client that was given does', async () => {
    const client = connect({ scaleReads: 'slave' })
    const asked: string[] = []
    const { sendCommand } = client
    client.sendCommand = (command, ...rest) => {
      asked.push(command.name)
      return sendCommand.call(client, command, ...rest)
    }
    const { store } = openStore(client)
    await fillEntry(store, 'row')
    expect(await servedRow(store)).toBe('row')
    // It looks after its list of nodes by itself.
    expect(asked.filter((name) => name !== 'cluster')).toEqual([])
    await store.close()
    expect(await client.ping()).toBe('PONG')
  })

  it('R10: serves nothing that was touched from a node that came back with an older dump', async () => {
    const { store, namespace, recovered } = openStore(connect())
    await fillEntry(store, 'old')
    const holds = async ({ url }: { url: string }) => {
      const names = (await redisCommand(url, ['KEYS', `${namespace}*:v:*`])) as string[]
      return names.length === 1
    }
    const held = await Promise.all(cluster.nodes.map(holds))
    const node = cluster.nodes[held.indexOf(true)]!
    await redisCommand(node.url, ['SAVE'])
    await touchRow(store)
    await node.kill()
    await node.restart()
    expect(await holds(node)).toBe(true)
    await recovered()
    expect(await waitUntil(async () => ({ row: await servedRow(store) }), { what: 'an answer' })).toEqual({ row: null })
  })

  it('recovers by itself after a node died and came back', async () => {
    const { store, recovered } = openStore(connect())
    await fillEntry(store, 'row')
    const node = cluster.nodes[0]!
    await node.kill()
    await expect(Promise.all(everySlotRange().map((model) => store.dropRoots([model])))).rejects.toThrow()
    await node.restart()
    await recovered()
    await expect.poll(() => fillEntry(store, 'new').then(() => servedRow(store)), { timeout: 20_000 }).toBe('new')
  })
})

describe('a cluster whose master becomes a replica', () => {
  it('is found again by a client that asks for nothing else, and knows what the new master has', async () => {
    const own = await startRedisCluster()
    const client = new Cluster([...own.urls])
    client.on('error', () => {})
    stopLater(async () => client.disconnect())
    const { store, recovered, kinds } = openStore(client)
    await fillEntry(store, 'row')
    const [master] = own.nodes
    const replica = await own.addReplica(master!)
    await redisCommand(replica.url, ['CLUSTER', 'FAILOVER'])
    const isReplica = async () => String(await redisCommand(master!.url, ['ROLE'])).startsWith('slave')
    await waitUntil(isReplica, { what: 'the failover', deadlineMs: 20_000 })

    // Nothing is sent to the slots of that master but what looks after the server.
    const isNoticed = async () => {
      await store.sweep(10_000).catch(() => {})
      return kinds().includes('unavailable')
    }
    await waitUntil(isNoticed, { what: 'the failover to be noticed' })
    await recovered()
    expect(client.nodes('master').map(({ options }) => options.port)).toContain(replica.port)
    await fillEntry(store, 'new')
    expect(await servedRow(store)).toBe('new')
  })
})

describe('a cluster that gets another master', () => {
  it('has one cache for those who knew it before and for those who come', async () => {
    const own = await startRedisCluster()
    const open = (namespace: string) => {
      const client = new Cluster([...own.urls])
      client.on('error', () => {})
      stopLater(async () => client.disconnect())
      return openStore(client, { namespace })
    }
    const before = open(randomUUID())
    await fillEntry(before.store, 'old')
    await own.addMaster(own.nodes[0]!)
    const { store } = open(before.namespace)
    const stores = [before.store, store]

    /** What each of them serves, after each has looked after the server. */
    const served = async () => {
      for (const one of stores) await one.sweep(10_000).catch(() => {})
      return Promise.all(stores.map((one) => servedRow(one).catch(() => 'out of reach')))
    }
    const servedAnew = async () => {
      await fillEntry(store, 'new').catch(() => {})
      return served()
    }
    await expect.poll(servedAnew, { timeout: 20_000 }).toEqual(['new', 'new'])
    for (let round = 0; round < 5; round += 1) expect(await served()).toEqual(['new', 'new'])
  })
})

describe('the one node of a cluster, to a client that knows nothing of clusters', () => {
  it('R39: serves reads of several models from the cache, and shows every write', async () => {
    const { nodes } = await startRedisCluster({ masters: 1 })
    const { prisma, events } = cachedClient({
      databaseUrl: inject('databaseUrl'),
      redis: nodes[0]!.url,
      config: { lease: '1h' },
    })
    const email = randomUUID()
    const { id, posts } = await prisma.user.create({
      data: { email, posts: { create: { slug: email, title: 'v1' } } },
      include: { posts: true },
    })
    const read = () =>
      prisma.$cache.withInfo(() =>
        prisma.user.findUnique({ where: { id }, select: { email: true, posts: { select: { title: true } } } }),
      )
    const statuses: string[] = []
    for (const title of ['v1', 'v2', 'v3']) {
      await prisma.post.update({ where: { id: posts[0]!.id }, data: { title } })
      for (let i = 0; i < 2; i += 1) {
        const { data, info } = await read()
        expect(data).toEqual({ email, posts: [{ title }] })
        statuses.push(info.status)
      }
    }
    expect(statuses).toEqual(['miss', 'hit', 'miss', 'hit', 'miss', 'hit'])
    const harms = ['store-unavailable', 'invalidation-owed', 'weakened-write', 'warning']
    expect(events.filter(({ kind }) => harms.includes(kind))).toEqual([])
  })
})

/** Names enough to have a key on every node. */
function everySlotRange(): readonly string[] {
  return Array.from({ length: 40 }, (_, i) => `Model${i}`)
}

async function keysOf(namespace: string): Promise<readonly string[]> {
  const lists = await Promise.all(cluster.urls.map((url) => redisCommand(url, ['KEYS', `*${namespace}*`])))
  return lists.flat() as string[]
}
