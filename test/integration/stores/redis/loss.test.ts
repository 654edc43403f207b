import { once } from 'node:events'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { systemClock } from '../../../../src/core/clock.ts'
import type { Store } from '../../../../src/core/store.ts'
import { createConnection } from '../../../../src/stores/redis/connection.ts'
import type { FoundServer } from '../../../../src/stores/redis/session.ts'
import { stopLater } from '../../../services/cleanup.ts'
import { startRedis, startReplica } from '../../../services/redis.ts'
import { redisCommand } from '../../../services/redis-command.ts'
import { waitUntil } from '../../../services/wait-until.ts'
import { fillEntry, key, retainMs, root, servedRow, shape, touchRow, value } from './entries.ts'
import { startForwarder } from './forwarder.ts'
import { openStore, tables } from './open-store.ts'

/** A master otherwise waits five seconds for more replicas. */
const syncAtOnce = { args: ['--repl-diskless-sync-delay', '0'] }

describe('loss of what Redis held', () => {
  it('wakes those who wait for a lease that was lost when its holder is done', async () => {
    const redis = await startRedis()
    const { store } = openStore(redis.url)
    for (const outcome of ['filled', 'failed'] as const) {
      await store.acquireLease(key, 'a', retainMs)
      const watch = await store.watchLease(key)
      await redisCommand(redis.url, ['FLUSHALL'])
      if (outcome === 'filled') await store.fill(key, 'text', retainMs, 'a')
      else await store.releaseLease(key, 'a', outcome)
      // They ask again, and one of them takes it: no reason for all to load.
      expect(await watch.released(20_000)).toBe('filled')
      await watch.close()
    }
  })

  it('wakes nobody who waits for the next holder of a lease that was lost', async () => {
    const redis = await startRedis()
    const { store } = openStore(redis.url)
    await store.acquireLease(key, 'a', retainMs)
    await redisCommand(redis.url, ['FLUSHALL'])
    await store.acquireLease(key, 'b', retainMs)
    const watch = await store.watchLease(key)
    const woken = watch.released(20_000)
    await store.releaseLease(key, 'a', 'filled')
    await store.releaseLease(key, 'b', 'outdated')
    expect(await woken).toBe('outdated')
    await watch.close()
  })

  it('R9: FLUSHALL costs hits only, also for a reader and a writer that were under way', async () => {
    const redis = await startRedis()
    const { store } = openStore(redis.url)
    await fillEntry(store, 'old')
    const stamps = await store.obtainStamps([root, shape, value], retainMs)
    await redisCommand(redis.url, ['FLUSHALL'])
    expect(await servedRow(store)).toBeNull()
    await touchRow(store)
    await store.fill(key, JSON.stringify({ row: 'old', stamps }), retainMs)
    expect(await servedRow(store)).toBeNull()
    await fillEntry(store, 'new')
    expect(await servedRow(store)).toBe('new')
    await touchRow(store)
    expect(await servedRow(store)).toBeNull()
  })

  it('R9, R11: whichever key is lost, no entry outlives a touch', async () => {
    const redis = await startRedis()
    const { store } = openStore(redis.url, { namespace: 'n' })
    await fillEntry(store, 'row')
    const names = (await redisCommand(redis.url, ['KEYS', 'n*'])) as string[]
    expect(names.length).toBeGreaterThanOrEqual(4)
    for (const lost of names) {
      await fillEntry(store, 'old')
      await redisCommand(redis.url, ['UNLINK', lost])
      await touchRow(store)
      expect(await servedRow(store), `after the loss of ${lost}, touched`).toBeNull()
      await fillEntry(store, 'old')
      await touchRow(store)
      await redisCommand(redis.url, ['UNLINK', lost])
      expect(await servedRow(store), `touched, then the loss of ${lost}`).toBeNull()
      await fillEntry(store, 'new')
      expect(await servedRow(store)).toBe('new')
    }
  })

  it('R10: a restart from an older dump, which still holds what was touched, serves none of it', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'cache-dump-'))
    stopLater(async () => rmSync(dir, { recursive: true, force: true }))
    const redis = await startRedis({ dir })
    const { store, recovered } = openStore(redis.url, { namespace: 'n' })
    await fillEntry(store, 'old')
    await redisCommand(redis.url, ['SAVE'])
    copyFileSync(join(dir, 'dump.rdb'), join(dir, 'old.rdb'))
    await touchRow(store)
    await redis.kill()
    copyFileSync(join(dir, 'old.rdb'), join(dir, 'dump.rdb'))
    await redis.restart()
    // The dump was read: the value stamp that the touch removed is back.
    expect(await redisCommand(redis.url, ['DBSIZE'])).toBeGreaterThanOrEqual(4)
    await recovered()
    expect(await servedRow(store)).toBeNull()
    expect(await servedRow(openStore(redis.url, { namespace: 'n' }).store)).toBeNull()
    await fillEntry(store, 'new')
    expect(await servedRow(store)).toBe('new')
  })

  it('R10: a promoted replica that missed a touch serves nothing that was touched', async () => {
    const master = await startRedis(syncAtOnce)
    const forwarder = await startForwarder(master.port)
    const { store, recovered } = openStore(forwarder.url, { namespace: 'n' })
    await fillEntry(store, 'old')
    const link = await startForwarder(master.port)
    const replica = await startReplica(link)
    // Everything from here on is lost with the master.
    link.cut()
    await touchRow(store)
    await master.kill()
    await replica.promote()
    expect((await redisCommand(replica.url, ['KEYS', '*:v:*'])) as string[]).toHaveLength(1)
    const newcomer = openStore(replica.url, { namespace: 'n' }).store
    expect(await servedRow(newcomer)).toBeNull()
    forwarder.forwardTo(replica.port)
    await recovered()
    expect(await servedRow(store)).toBeNull()
    await fillEntry(newcomer, 'new')
    expect(await servedRow(store)).toBe('new')
  })

  it.each([
    ['stays open', async () => {}],
    ['is opened again each time', (store: Store) => store.close()],
  ] as const)(
    'R10: a server that is back as it was serves nothing from before another took its place, to a connection that %s',
    async (_, leave) => {
      const [first, second] = [await startRedis(), await startRedis()]
      const forwarder = await startForwarder(first.port)
      const { store, recovered } = openStore(forwarder.url, { namespace: 'n' })
      const moveTo = async ({ port }: { readonly port: number }) => {
        await leave(store)
        forwarder.forwardTo(port)
        await waitUntil(() => !store.isOpen(), { what: 'the store to notice' })
        await recovered()
      }
      await fillEntry(store, 'old')
      expect(await servedRow(store)).toBe('old')
      await redisCommand(first.url, ['ZREM', 'n:intents', 'City birth', 'Country birth'])
      await moveTo(second)
      await touchRow(store)
      await moveTo(first)
      expect(await servedRow(store)).toBeNull()
      // Whoever has died since may have written, too: one lease later roots are dropped once more.
      expect(await redisCommand(first.url, ['ZRANGE', 'n:intents', '0', '-1'])).toContain('City birth')
      await fillEntry(store, 'new')
      expect(await servedRow(store)).toBe('new')
      // The same server, and no other in between.
      await moveTo(first)
      expect(await servedRow(store)).toBe('new')
    },
  )

  it('R10: a server that is back is new to a process until that is served by it, though it was cut off while it looked', async () => {
    const [first, second] = [await startRedis(), await startRedis()]
    const forwarder = await startForwarder(first.port)
    const seen: FoundServer[] = []
    let preparing: Promise<void> = Promise.resolve()
    const connection = createConnection({
      source: forwarder.url,
      commandDeadlineMs: 1_000,
      clock: systemClock,
      report: () => {},
      async prepare(_, server) {
        seen.push(server)
        await preparing
      },
    })
    stopLater(() => connection.close())
    const looked = (times: number) => waitUntil(() => seen.length === times, { what: `look ${times}` })
    await connection.run((client) => client.ping())
    forwarder.forwardTo(second.port)
    await looked(2)
    await waitUntil(() => connection.isServing(), { what: 'the other server to serve' })
    let release = () => {}
    preparing = new Promise((resolve) => {
      release = resolve
    })
    forwarder.forwardTo(first.port)
    await looked(3)
    const closed = once(connection.client(), 'close')
    forwarder.forwardTo(first.port)
    await closed
    release()
    await looked(4)
    expect(seen.map(({ isOther }) => isOther)).toEqual([false, true, true, true])
    expect(seen[3]!.identity).toBe(seen[0]!.identity)
  })

  it('R10: a server that became a replica and a master again has lost the trust of those who stayed connected', async () => {
    const first = await startRedis(syncAtOnce)
    const { store, kinds } = openStore(first.url, { namespace: 'n' })
    await fillEntry(store, 'old')
    const second = await startReplica(first)
    await second.promote()
    await redisCommand(first.url, ['REPLICAOF', '127.0.0.1', second.port])
    await waitUntil(
      async () => /master_link_status:up/.test(String(await redisCommand(first.url, ['INFO', 'replication']))),
      {
        what: 'the old master to follow the new one',
      },
    )
    // A sweep sees it although the connection never closed.
    await store.sweep(retainMs).catch(() => {})
    await expect(servedRow(store)).rejects.toMatchObject({ code: 'STORE.UNAVAILABLE' })
    await redisCommand(first.url, ['REPLICAOF', 'NO', 'ONE'])
    await waitUntil(async () => (await store.stamps([])) && true, { what: 'the store to recover' })
    expect(await servedRow(store)).toBeNull()
    expect(kinds()).toEqual(['unavailable', 'recovered'])
  })

  it('refuses to serve from a replica, and uses it once it is promoted', async () => {
    const master = await startRedis(syncAtOnce)
    const replica = await startReplica(master)
    const { store, recovered, kinds } = openStore(replica.url)
    await expect(servedRow(store)).rejects.toMatchObject({ code: 'STORE.UNAVAILABLE' })
    await replica.promote()
    await recovered()
    await fillEntry(store, 'row')
    expect(await servedRow(store)).toBe('row')
    expect(kinds()).toEqual(['unavailable', 'recovered'])
  })

  it('processes agree again about a server whose replication history began anew', async () => {
    const redis = await startRedis(syncAtOnce)
    const early = openStore(redis.url, { namespace: 'n' }).store
    await fillEntry(early, 'row')
    // The first replica gives its master a new history.
    await startReplica(redis)
    const late = openStore(redis.url, { namespace: 'n' }).store
    await late.stamps([])
    await early.sweep(retainMs)
    await fillEntry(late, 'row')
    expect(await servedRow(early)).toBe('row')
    expect(await servedRow(late)).toBe('row')
  })

  it('birth: the roots are dropped when Redis is found empty, and once more a lease later', async () => {
    const redis = await startRedis()
    const { store } = openStore(redis.url, { namespace: 'n' })
    const rival = openStore(redis.url, { namespace: 'n' }).store
    await store.sweep(50)
    await redisCommand(redis.url, ['FLUSHALL'])
    await fillEntry(store, 'from a writer that died before the loss')
    // Seen by both at once; one of them notes it.
    expect((await Promise.all([store.sweep(50), rival.sweep(50)])).flat().sort()).toEqual(['City', 'Country'])
    expect(await servedRow(store)).toBeNull()
    expect(await redisCommand(redis.url, ['ZCARD', 'n:intents'])).toBe(4)
    await fillEntry(store, 'from before the loss')
    const swept: string[] = []
    await waitUntil(
      async () => {
        const both = await Promise.all([store.sweep(50), rival.sweep(50)])
        swept.push(...both.flat())
        return swept.length > 0
      },
      { what: 'the roots to be dropped' },
    )
    expect([...new Set(swept)].sort()).toEqual(['City', 'Country'])
    expect(await servedRow(store)).toBeNull()
    await fillEntry(store, 'new')
    await store.intend([{ id: 'later', model: 'Country' }], 100)
    await waitUntil(async () => (await rival.sweep(50)).includes('Country'), { what: 'a lease to pass' })
    expect(await servedRow(store)).toBe('new')
  })

  it('birth: a new process sees it before it serves, and so does one whose connection was lost', async () => {
    const redis = await startRedis()
    const { store, recovered } = openStore(redis.url, { namespace: 'n' })
    await store.stamps([])
    expect(await redisCommand(redis.url, ['ZCARD', 'n:intents'])).toBe(4)
    await redis.restart({ keepData: false })
    await recovered()
    expect(await redisCommand(redis.url, ['ZCARD', 'n:intents'])).toBe(4)
  })

  it('birth: keeps one mark for each model, whatever the number of restarts', async () => {
    const redis = await startRedis()
    const { recovered, store } = openStore(redis.url, { namespace: 'n' })
    for (let i = 0; i < 2; i++) {
      await store.stamps([]).catch(() => {})
      await redis.restart()
      await recovered()
    }
    expect(await redisCommand(redis.url, ['ZCOUNT', 'n:intents', '+inf', '+inf'])).toBe(2)
  })

  it('R3: two sweeps at once drop the root for every writer that died, and never an intent that was renewed', async () => {
    const redis = await startRedis()
    const a = openStore(redis.url, { namespace: 'n' }).store
    const b = openStore(redis.url, { namespace: 'n' }).store
    await Promise.all([a.stamps([]), b.stamps([])])
    for (let round = 0; round < 20; round++) {
      const renewed = { id: `renewed ${round}`, model: 'Country' }
      await fillEntry(a, 'row')
      await a.intend([{ id: `dead ${round}`, model: 'City' }, renewed], 1)
      await waitUntil(
        async () => {
          await Promise.all([a.sweep(retainMs), a.intend([renewed], retainMs), b.sweep(retainMs)])
          return (await servedRow(a)) === null
        },
        { what: 'the root to be dropped', pollMs: 1 },
      )
      expect(await redisCommand(redis.url, ['ZSCORE', 'n:intents', `Country ${renewed.id}`])).not.toBeNull()
    }
  })

  it('R37: out of memory, fills are refused while entries are served and invalidated', async () => {
    const redis = await startRedis({ args: ['--maxmemory-policy', 'noeviction'] })
    const { store, kinds } = openStore(redis.url, { namespace: 'n' })
    const intent = { id: 'early', model: 'City' }
    const street = { kind: 'root', model: 'Street' } as const
    const news = { kind: 'user', name: 'news' } as const
    const lane = { kind: 'root', model: 'Lane' } as const
    await fillEntry(store, 'row')
    await store.obtainStamps([street], retainMs)
    await store.obtainStamps([{ kind: 'user', name: 'home' }, news, lane], retainMs)
    await store.intend([intent], 1)
    await redisCommand(redis.url, ['CONFIG', 'SET', 'maxmemory', '1'])
    for (let i = 0; i < 5; i++) await expect(store.fill(key, 'new', retainMs)).rejects.toThrow(/OOM/)
    await expect(store.intend([{ id: 'late', model: 'City' }], retainMs)).rejects.toThrow(/OOM/)
    expect(await servedRow(store)).toBe('row')
    await touchRow(store)
    expect(await servedRow(store)).toBeNull()
    await store.touchUserTags(['home'])
    expect(await store.stamps([{ kind: 'user', name: 'home' }])).toEqual([null])
    // There is no room for the new stamps.
    await store.soften({ models: ['Lane'], userTags: ['news'] })
    expect(await store.stamps([lane, news])).toEqual([null, null])
    expect(await waitUntil(async () => (await store.sweep(retainMs)).length > 0, { what: 'the sweep' })).toBe(true)
    expect(await store.stamps([root])).toEqual([null])
    await store.dropRoots(['City'])
    await store.settle([intent])
    // A process that starts now can serve too. It cannot note the birth of a model, and so trusts nothing from before.
    expect(await store.stamps([street])).toEqual([expect.any(String)])
    const newcomer = openStore(redis.url, { namespace: 'n', models: tables(['City', 'Street']) }).store
    expect(await newcomer.stamps([street])).toEqual([null])
    expect(await newcomer.sweep(retainMs)).toEqual(['Street'])
    expect(kinds()).toEqual([])
    await redisCommand(redis.url, ['CONFIG', 'SET', 'maxmemory', '0'])
    await fillEntry(store, 'new')
    expect(await servedRow(store)).toBe('new')
  })
})
