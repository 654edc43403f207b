import { Redis } from 'ioredis'
import { describe, expect, inject, it } from 'vitest'
import { stopLater } from '../../../services/cleanup.ts'
import { startRedis } from '../../../services/redis.ts'
import { redisCommand } from '../../../services/redis-command.ts'
import { fillEntry, key, retainMs, root, servedRow, shape, tags, touchRow, value } from './entries.ts'
import { openStore } from './open-store.ts'

describe('the scripts', () => {
  it('run after SCRIPT FLUSH', async () => {
    const redis = await startRedis()
    const { store } = openStore(redis.url)
    const user = { kind: 'user', name: 'home' } as const
    const steps: (() => Promise<unknown>)[] = [
      () => store.obtainStamps([...tags, user], retainMs),
      () => touchRow(store),
      () => store.soften({ models: ['City'], userTags: ['home'] }),
      () => store.intend([{ id: 'i', model: 'City' }], retainMs),
      () => store.sweep(retainMs),
      () => store.acquireLease(key, 'a', retainMs),
      () => store.renewLease(key, 'a', retainMs),
      () => store.releaseLease(key, 'a', 'filled'),
    ]
    for (const round of ['known', 'forgotten']) {
      for (const step of steps) {
        if (round === 'forgotten') await redisCommand(redis.url, ['SCRIPT', 'FLUSH'])
        await step()
      }
    }
    expect(await store.acquireLease(key, 'b', retainMs)).toEqual({ kind: 'acquired' })
    expect((await store.stamps([...tags, user])).map((stamp) => stamp !== null)).toEqual([true, true, false, true])
  })

  it('run on a server that does not load them', async () => {
    const redis = await startRedis({ args: ['--rename-command', 'SCRIPT', ''] })
    const { store } = openStore(redis.url)
    await fillEntry(store, 'row')
    expect(await servedRow(store)).toBe('row')
    await touchRow(store)
    expect(await servedRow(store)).toBeNull()
  })

  it('R10: soften no root that was made on another server', async () => {
    const redis = await startRedis()
    const { store } = openStore(redis.url, { namespace: 'n' })
    await store.stamps([root])
    await redisCommand(redis.url, ['HSET', 'n:{City}', 'root', 'another:stamp'])
    await store.soften({ models: ['City'], userTags: [] })
    expect(await redisCommand(redis.url, ['HGET', 'n:{City}', 'root'])).toBe('another:stamp')
  })

  it('remove thousands of stamps in one call, down to the last', async () => {
    const { store } = openStore(inject('redisUrl'))
    const values = Array.from({ length: 2500 }, (_, i) => ({ ...value, values: `#${i}` }))
    expect(await store.obtainStamps([...tags, ...values], retainMs)).not.toContain(null)
    const unknown = Array.from({ length: 2500 }, (_, i) => ({ ...shape, shape: `f${i}|*` }))
    await store.touch('City', () => [...unknown, shape, ...values])
    expect(await store.stamps([shape, ...values])).toEqual([null, ...values.map(() => null)])
    expect(await store.stamps([root])).toEqual([expect.any(String)])
  })

  it('R9: make another stamp when a client sends the same call twice, with a touch in between', async () => {
    // As a client does that saw no reply to the first: one nonce, two runs.
    const { store } = openStore(inject('redisUrl'), { makeNonce: () => 'same' })
    const user = { kind: 'user', name: 'home' } as const
    const mark = { ...shape, kind: 'mark' } as const
    const first = await store.obtainStamps([...tags, mark, user], retainMs)
    await store.touch('City', () => [root, shape, mark, value])
    await store.touchUserTags(['home'])
    const second = await store.obtainStamps([...tags, mark, user], retainMs)
    for (const [i, stamp] of second.entries()) expect(stamp).not.toBe(first[i])
  })

  it('R28: give the registry another version when a client sends the same call twice, with a loss in between', async () => {
    const redis = await startRedis()
    const reader = openStore(redis.url, { namespace: 'n', makeNonce: () => 'same' }).store
    const writer = openStore(redis.url, { namespace: 'n' }).store
    const name = { ...shape, shape: 'name|*' }
    await reader.obtainStamps([root, shape], retainMs)
    await writer.touch('City', () => [])
    await redisCommand(redis.url, ['FLUSHALL'])
    await reader.obtainStamps([root, shape, name], retainMs)
    await writer.touch('City', (shapes) => shapes.map((id) => ({ ...shape, shape: id })))
    expect(await reader.stamps([shape, name])).toEqual([null, null])
  })

  it('invalidate the whole model when new shapes keep coming while a writer decides', async () => {
    const client = new Redis(inject('redisUrl'))
    stopLater(async () => client.disconnect())
    const namespace = `${inject('keyPrefix')}-shapes`
    const { store } = openStore(client, { namespace })
    const rival = openStore(inject('redisUrl'), { namespace }).store
    await fillEntry(store, 'row')
    const arrivals: Promise<unknown>[] = []
    // What the writer has decided leaves when the rival has been answered: it is too late in each round.
    const call = client.call.bind(client)
    Object.assign(client, {
      async call(...command: Parameters<typeof call>) {
        await Promise.all(arrivals)
        return call(...command)
      },
    })
    await store.touch('City', () => {
      arrivals.push(rival.obtainStamps([{ ...shape, shape: `id|${arrivals.length}` }], retainMs))
      return []
    })
    expect(arrivals).toHaveLength(4)
    expect(await servedRow(store)).toBeNull()
  })
})
