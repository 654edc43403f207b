import { randomUUID } from 'node:crypto'
import { Cluster } from 'ioredis'
import { beforeAll, describe, expect, inject, it } from 'vitest'
import { systemClock } from '../../../src/core/clock.ts'
import { createNonceSource } from '../../../src/core/nonce.ts'
import { createMemoryStore } from '../../../src/stores/memory/memory-store.ts'
import { stopLater } from '../../services/cleanup.ts'
import { startRedis } from '../../services/redis.ts'
import { type RedisCluster, startRedisCluster } from '../../services/redis-cluster.ts'
import { redisCommand } from '../../services/redis-command.ts'
import { acceptingBy, acceptRow, model } from './pending/accepting.ts'
import { describePendingContract } from './pending-contract.ts'
import { openStore } from './redis/open-store.ts'

const freshNamespace = () => `${inject('keyPrefix')}-${randomUUID()}`

describePendingContract('memory', async () => {
  const store = createMemoryStore({ clock: systemClock, makeNonce: createNonceSource(), maxBytes: 100_000_000 })
  return async () => store
})

describePendingContract('redis', async () => {
  const namespace = freshNamespace()
  return async () => openStore(inject('redisUrl'), { namespace }).store
})

describe('after every SCRIPT FLUSH', () => {
  let url: string
  beforeAll(async () => {
    url = (await startRedis()).url
  })
  describePendingContract(
    'redis',
    async () => {
      const namespace = randomUUID()
      return async () => openStore(url, { namespace }).store
    },
    { beforeEachCall: () => redisCommand(url, ['SCRIPT', 'FLUSH']) },
  )
})

describe('of three nodes', () => {
  let cluster: RedisCluster
  beforeAll(async () => {
    cluster = await startRedisCluster()
  })
  describePendingContract('a cluster', async () => {
    const namespace = randomUUID()
    return async () => {
      const client = new Cluster([...cluster.urls])
      client.on('error', () => {})
      stopLater(async () => client.disconnect())
      return openStore(client, { namespace }).store
    }
  })
})

describe('a Redis that has started anew', () => {
  it('is new to each model until somebody says that he knows it', async () => {
    const redis = await startRedis()
    const namespace = randomUUID()
    const [one, two] = [openStore(redis.url, { namespace }), openStore(redis.url, { namespace })]
    const areNew = () => Promise.all([one, two].map(({ store }) => store.pending.isNewServer(model)))
    expect(await areNew()).toEqual([true, true])
    await one.store.pending.knowServer(model)
    expect(await areNew()).toEqual([false, false])
    expect(await two.store.pending.isNewServer('Country')).toBe(true)
    await redis.kill()
    await redis.restart()
    await one.recovered()
    await two.recovered()
    expect(await areNew()).toEqual([true, true])
  })

  it('begins another life of the stream, and keeps the one before for the entries of that', async () => {
    const redis = await startRedis({ args: ['--appendonly', 'yes', '--appendfsync', 'always'] })
    const { store, recovered } = openStore(redis.url)
    const { accept } = acceptingBy(store)
    await accept([acceptRow(1)])
    await redis.kill()
    await redis.restart()
    await recovered()
    await accept([acceptRow(2)])
    await accept([acceptRow(3)])
    const { entries } = await store.pending.oldest({ model, number: 0 }, 100)
    expect(entries.map(({ writes }) => writes[0])).toEqual(['write of 1', 'write of 2', 'write of 3'])
    const [first, second, third] = entries.map(({ life }) => life)
    expect([first !== second, second === third]).toEqual([true, true])
    expect(await store.pending.backlog(model)).toMatchObject({ writes: 3 })
  })
})

it('memory is never a new server', async () => {
  const store = createMemoryStore({ clock: systemClock, makeNonce: createNonceSource(), maxBytes: 1_000_000 })
  expect(await store.pending.isNewServer(model)).toBe(false)
  expect(await store.pending.durability()).toBeNull()
})
