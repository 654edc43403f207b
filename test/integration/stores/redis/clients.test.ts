import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { Redis, type RedisOptions } from 'ioredis'
import { describe, expect, inject, it } from 'vitest'
import { stopLater } from '../../../services/cleanup.ts'
import { spawnWorker } from '../../../services/process.ts'
import { startRedis } from '../../../services/redis.ts'
import { redisCommand } from '../../../services/redis-command.ts'
import { waitUntil } from '../../../services/wait-until.ts'
import { begun } from '../begun.ts'
import { fillEntry, key, retainMs, servedRow, tags, touchRow } from './entries.ts'
import { startForwarder } from './forwarder.ts'
import { openStore } from './open-store.ts'

function give(options: RedisOptions = {}, url = inject('redisUrl')): Redis {
  const client = new Redis(url, options as object)
  client.on('error', () => {})
  stopLater(async () => client.disconnect())
  return client
}

async function worksWith(client: Redis, namespace = `${inject('keyPrefix')}-${randomUUID()}`): Promise<void> {
  const { store } = openStore(client, { namespace })
  await fillEntry(store, 'row')
  expect(await servedRow(store)).toBe('row')
  await touchRow(store)
  expect(await servedRow(store)).toBeNull()
  const begin = { leaseMs: retainMs, tags, retainMs }
  expect((await begun(store, key, { ...begin, token: 'a' })).lease).toEqual({ kind: 'acquired' })
  const { lease } = await begun(store, key, { ...begin, token: 'b' })
  expect(lease.kind === 'held' && retainMs - lease.remainingMs).toBeLessThan(20_000)
  const watch = await store.watchLease(key)
  await store.fill(key, 'row', retainMs, 'a')
  expect(await watch.released(20_000)).toBe('filled')
  await watch.close()
  const { entry } = await begun(store, key, { ...begin, token: 'b' })
  expect(entry?.text).toBe('row')
  expect(retainMs - entry!.remainingMs!).toBeLessThan(20_000)
  await store.releaseLease(key, 'b', 'filled')
  await store.close()
}

it('who waits for a lease hears of its end again, after the connection that tells it died silently', async () => {
  const redis = await startRedis()
  const forwarder = await startForwarder(redis.port)
  const namespace = 'n'
  const { store: holder } = openStore(redis.url, { namespace })
  const { store: waiter } = openStore(forwarder.url, { namespace, commandDeadlineMs: 300 })
  const waits = async (ms: number) => {
    await holder.acquireLease(key, 'a', retainMs)
    const watch = await waiter.watchLease(key)
    await holder.releaseLease(key, 'a', 'filled')
    const heard = await watch.released(ms)
    await watch.close()
    return heard
  }
  expect(await waits(20_000)).toBe('filled')
  forwarder.forget()
  await waits(1)
  await waitUntil(async () => (await waits(500)) === 'filled', { what: 'it to be heard again' })
})

describe('a client that the user gave', () => {
  it.each([
    ['as it is', {}],
    ['lazily connecting', { lazyConnect: true }],
    ['speaking RESP2', { protocol: 2 } as const],
    ['pipelining by itself', { enableAutoPipelining: true }],
    ['answering numbers as strings', { stringNumbers: true }],
  ])('works %s, and is not closed', async (_, options) => {
    const client = give(options)
    const listeners = client.eventNames().map((name) => client.listenerCount(name))
    await worksWith(client)
    expect(await client.ping()).toBe('PONG')
    expect(client.eventNames().map((name) => client.listenerCount(name))).toEqual(listeners)
  })

  it('may serve many at once, without a warning of its listeners', async () => {
    const client = give()
    const limit = client.getMaxListeners()
    const warnings: string[] = []
    const warned = ({ name }: Error) => void warnings.push(name)
    process.on('warning', warned)
    stopLater(async () => void process.off('warning', warned))
    const stores = Array.from({ length: 12 }, () => openStore(client).store)
    for (const store of stores) expect(await servedRow(store)).toBeNull()
    for (const store of stores) await store.close()
    expect(client.getMaxListeners()).toBe(limit)
    expect(warnings).toEqual([])
  })

  it('does not take for an answer what is put off by a transaction that is open on it', async () => {
    const client = give()
    const { store, recovered } = openStore(client)
    await fillEntry(store, 'row')
    await client.multi({ pipeline: false })
    await expect(touchRow(store)).rejects.toMatchObject({ code: 'STORE.UNAVAILABLE' })
    await expect(servedRow(store)).rejects.toMatchObject({ code: 'STORE.UNAVAILABLE' })
    await client.discard()
    await recovered()
    expect(await servedRow(store)).toBe('row')
  })

  it('keeps its key prefix, and wakes those whose client has none', async () => {
    const redis = await startRedis()
    const client = give({ keyPrefix: 'mine:' }, redis.url)
    await worksWith(client, 'n')
    const names = (await redisCommand(redis.url, ['KEYS', '*'])) as string[]
    expect(names.length).toBeGreaterThan(0)
    for (const name of names) expect(name).toMatch(/^mine:n:/)
  })

  it('may be connected, and may have ended: then commands are refused at once, until it is connected again', async () => {
    const client = give()
    await once(client, 'ready')
    client.disconnect()
    await once(client, 'end')
    const { store, kinds, recovered } = openStore(client)
    const startedMs = performance.now()
    for (let i = 0; i < 3; i++) await expect(servedRow(store)).rejects.toMatchObject({ code: 'STORE.UNAVAILABLE' })
    expect(performance.now() - startedMs).toBeLessThan(500)
    await client.connect()
    await recovered()
    await fillEntry(store, 'row')
    expect(await servedRow(store)).toBe('row')
    client.disconnect()
    await waitUntil(() => kinds().length === 3, { what: 'the loss to be seen' })
    await expect(servedRow(store)).rejects.toMatchObject({ code: 'STORE.UNAVAILABLE' })
    expect(kinds()).toEqual(['unavailable', 'recovered', 'unavailable'])
  })

  it('R10: may send again what it got no answer to, which is no answer either', async () => {
    const first = await startRedis()
    const second = await startRedis()
    const forwarder = await startForwarder(first.port)
    const client = give({ autoResendUnfulfilledCommands: true, maxRetriesPerRequest: null }, forwarder.url)
    const { store } = openStore(client, { commandDeadlineMs: 5_000 })
    await fillEntry(store, 'row')
    await first.pause()
    // Asked of the first server, answered by the second.
    const pending = servedRow(store).catch((error) => error.code)
    forwarder.forwardTo(second.port)
    expect(await pending).toBe('STORE.UNAVAILABLE')
  })
})

describe('options', () => {
  it('make a client as a URL does, which is closed with the store', async () => {
    const redis = await startRedis({ args: ['--requirepass', 'secret'] })
    const { store } = openStore({ port: redis.port, password: 'secret', db: 2, keyPrefix: 'mine:' })
    await fillEntry(store, 'row')
    expect(await servedRow(store)).toBe('row')
    const url = Object.assign(new URL(redis.url), { password: 'secret' }).href
    const connections = async () => String(await redisCommand(url, ['CLIENT', 'LIST'])).match(/name=prisma-cache/g)
    expect(await connections()).toHaveLength(1)
    await store.close()
    await waitUntil(async () => (await connections()) === null, { what: 'the connection to close' })
  })
})

describe('close', () => {
  it('ends the wait for a lease, of which nothing will be heard', async () => {
    const { store } = openStore(inject('redisUrl'))
    await store.acquireLease(key, 'another', retainMs)
    const watch = await store.watchLease(key)
    const released = watch.released(3_600_000)
    await store.close()
    expect(await released).toBe('timeout')
  })

  it.each(['in use', 'unreachable', 'unused'])('lets the process end by itself when the store was %s', async (use) => {
    const worker = await spawnWorker(new URL('./closing-worker.ts', import.meta.url))
    const url = use === 'unreachable' ? 'redis://127.0.0.1:1' : inject('redisUrl')
    expect(await worker.call('useAndClose', { url, use, namespace: `${inject('keyPrefix')}-${randomUUID()}` })).toEqual(
      [],
    )
    expect(await worker.exited).toBe(0)
  })
})
