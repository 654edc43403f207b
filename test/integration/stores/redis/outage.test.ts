import { describe, expect, it } from 'vitest'
import { type Clock, systemClock } from '../../../../src/core/clock.ts'
import { freePort } from '../../../services/private-server.ts'
import { startRedis } from '../../../services/redis.ts'
import { redisCommand } from '../../../services/redis-command.ts'
import { waitUntil } from '../../../services/wait-until.ts'
import { fillEntry, key, retainMs, root, servedRow, touchRow } from './entries.ts'
import { startForwarder } from './forwarder.ts'
import { openStore } from './open-store.ts'

const deadlineMs = 300
/** What an answer may take beyond its deadline on a busy machine, and still be told from a second deadline. */
const slackMs = 250

describe('an outage of Redis', () => {
  it('R38: a frozen Redis costs three deadlines, then nothing, and is used again once it wakes up', async () => {
    const redis = await startRedis()
    const { store, kinds, recovered } = openStore(redis.url, { commandDeadlineMs: deadlineMs })
    await fillEntry(store, 'row')
    await redis.pause()
    for (let i = 0; i < 3; i++) {
      const { error, tookMs } = await timed(() => servedRow(store))
      expect(error).toMatchObject({ code: 'STORE.TIMEOUT' })
      expect(tookMs).toBeGreaterThanOrEqual(deadlineMs - 5)
      expect(tookMs).toBeLessThan(deadlineMs + slackMs)
    }
    expect(kinds()).toEqual(['unavailable'])
    for (let i = 0; i < 20; i++) {
      const { error, tookMs } = await timed(() => servedRow(store))
      expect(error).toMatchObject({ code: 'STORE.UNAVAILABLE' })
      expect(tookMs).toBeLessThan(deadlineMs / 2)
    }
    redis.resume()
    await recovered()
    expect(await servedRow(store)).toBe('row')
    expect(kinds()).toEqual(['unavailable', 'recovered'])
  })

  it('says why there is no connection', async () => {
    const redis = await startRedis({ args: ['--requirepass', 'secret'] })
    const wrong = new URL(redis.url)
    wrong.password = 'wrong'
    for (const [url, why] of [
      [wrong.href, /^The connection to Redis closed: .*WRONGPASS/],
      [`redis://127.0.0.1:${await freePort()}`, /^The connection to Redis closed: .*ECONNREFUSED/],
    ] as const) {
      const { store, events } = openStore(url)
      await expect(servedRow(store)).rejects.toMatchObject({ code: 'STORE.UNAVAILABLE' })
      expect(events).toEqual([
        { kind: 'store-unavailable', error: expect.objectContaining({ message: expect.stringMatching(why) }) },
      ])
      expect(events[0]).toHaveProperty('error.cause')
    }
  })

  it('R38: recovers from a freeze that outlasts several connections', async () => {
    const redis = await startRedis()
    const { store, recovered } = openStore(redis.url, { commandDeadlineMs: 100 })
    const id = await connectionId(redis.url, () => fillEntry(store, 'row'))
    await redis.pause()
    // A connection that never answers is given up: seen from Redis, once it wakes up, the old one is gone.
    await waitUntil(async () => (await timed(() => servedRow(store))).error?.code === 'STORE.UNAVAILABLE', {
      what: 'the breaker to open',
    })
    const until = performance.now() + 3_000
    await waitUntil(() => performance.now() > until, { what: 'the freeze to last' })
    redis.resume()
    await recovered()
    expect(await servedRow(store)).toBe('row')
    expect(await connectionIds(redis.url)).not.toContain(id)
  })

  it('whoever would rather wait does, for an opening that takes longer than a command may', async () => {
    const redis = await startRedis()
    const far = await startForwarder(Number(new URL(redis.url).port), { delayMs: 50 })
    // Of three commands to prepare a server that is new to it, each may take that long.
    const { store, kinds } = openStore(far.url, { commandDeadlineMs: 190 })
    expect((await timed(() => store.pending.durability())).error).toBeUndefined()
    await fillEntry(store, 'row')
    expect(await servedRow(store)).toBe('row')
    expect(kinds()).toEqual([])
  })

  it('opens for three failures in a row, not for three in all', async () => {
    const redis = await startRedis()
    const { store, kinds } = openStore(redis.url, { commandDeadlineMs: 120 })
    await fillEntry(store, 'row')
    for (let i = 0; i < 4; i++) {
      await redis.pause()
      expect((await timed(() => servedRow(store))).error).toMatchObject({ code: 'STORE.TIMEOUT' })
      redis.resume()
      await waitUntil(() => servedRow(store), { what: 'an answer', pollMs: 100 })
    }
    expect(kinds()).toEqual([])
  })

  it('recovers by itself from a Redis that was killed and started again', async () => {
    const redis = await startRedis()
    const { store, kinds, recovered } = openStore(redis.url)
    await fillEntry(store, 'row')
    await redis.kill()
    await waitUntil(() => kinds().includes('unavailable'), { what: 'the loss to be seen' })
    const { error, tookMs } = await timed(() => servedRow(store))
    expect(error).toMatchObject({ code: 'STORE.UNAVAILABLE' })
    expect(tookMs).toBeLessThan(500)
    await redis.restart()
    await recovered()
    expect(await servedRow(store)).toBeNull()
    await fillEntry(store, 'row')
    expect(await servedRow(store)).toBe('row')
    expect(kinds()).toEqual(['unavailable', 'recovered'])
  })

  it('recovers over a link on which greetings take longer than the time between two probes', async () => {
    const redis = await startRedis()
    const forwarder = await startForwarder(redis.port, { delayMs: 80 })
    const { store, recovered, kinds } = openStore(forwarder.url, { commandDeadlineMs: 2_000 })
    await recovered()
    forwarder.forwardTo(redis.port)
    await waitUntil(() => kinds().at(-1) === 'unavailable', { what: 'the loss to be seen' })
    await recovered()
    await fillEntry(store, 'row')
    expect(await servedRow(store)).toBe('row')
  })

  it('fails fast while there is no Redis at first, and works when there is one', async () => {
    const port = await freePort()
    const { store, kinds, recovered } = openStore(`redis://127.0.0.1:${port}`)
    for (let i = 0; i < 3; i++) {
      const { error, tookMs } = await timed(() => servedRow(store))
      expect(error).toMatchObject({ code: 'STORE.UNAVAILABLE' })
      expect(tookMs).toBeLessThan(500)
    }
    await startRedis({ port })
    await recovered()
    await fillEntry(store, 'row')
    expect(await servedRow(store)).toBe('row')
    expect(kinds()).toEqual(['unavailable', 'recovered'])
  })

  it.each([
    ['a host that does not exist', { hostname: 'no-such-host.invalid' }],
    ['a wrong password', { password: 'wrong' }],
    ['no password', { password: '' }],
    ['a database that does not exist', { password: 'secret', pathname: '/999' }],
  ])('says no to everything with %s', async (_, parts) => {
    const redis = await startRedis({ args: ['--requirepass', 'secret'] })
    const { store, kinds } = openStore(Object.assign(new URL(redis.url), parts).href)
    for (let i = 0; i < 4; i++) {
      expect((await timed(() => servedRow(store))).error).toMatchObject({ code: expect.stringMatching(/^STORE\./) })
    }
    expect(kinds()).toEqual(['unavailable'])
  })

  it('works with a password and a database that exists', async () => {
    const redis = await startRedis({ args: ['--requirepass', 'secret'] })
    const { store } = openStore(Object.assign(new URL(redis.url), { password: 'secret', pathname: '/3' }).href)
    await fillEntry(store, 'row')
    expect(await servedRow(store)).toBe('row')
  })

  it('refuses a command that meets a value of another type, and goes on with the others', async () => {
    const redis = await startRedis()
    const { store, kinds } = openStore(redis.url, { namespace: 'n' })
    await store.stamps([])
    await redisCommand(redis.url, ['SET', 'n:{Country}', 'not a hash'])
    for (let i = 0; i < 6; i++) {
      await expect(store.stamps([{ kind: 'root', model: 'Country' }])).rejects.toThrow(/WRONGTYPE/)
      await expect(store.touch('Country', () => [])).rejects.toThrow(/WRONGTYPE/)
    }
    await fillEntry(store, 'row')
    expect(await servedRow(store)).toBe('row')
    expect(kinds()).toEqual([])
    // What is invalidated as a whole loses its stamps, whatever stood in their place.
    await store.dropRoots(['Country'])
    expect(await store.stamps([{ kind: 'root', model: 'Country' }])).toEqual([null])
  })

  it('R38: answers or rejects every command when its connection is cut, and goes on over a new one', async () => {
    const redis = await startRedis()
    const { store, recovered, kinds } = openStore(redis.url)
    for (let round = 0; round < 10; round++) {
      await recovered()
      await fillEntry(store, `row ${round}`)
      const pending = Array.from({ length: 200 }, () => servedRow(store).catch((error) => error.code))
      await redisCommand(redis.url, ['CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'])
      for (const answer of await Promise.all(pending)) expect([`row ${round}`, 'STORE.UNAVAILABLE']).toContain(answer)
      await waitUntil(() => kinds().filter((kind) => kind === 'unavailable').length > round, { what: 'the cut' })
    }
    await recovered()
    await touchRow(store)
    expect(await servedRow(store)).toBeNull()
  })

  it('R32: times nothing by a clock of this process that people set', async () => {
    const redis = await startRedis()
    const { store, recovered } = openStore(redis.url, { clock: jumpingClock(), commandDeadlineMs: deadlineMs })
    await fillEntry(store, 'row')
    expect(await servedRow(store)).toBe('row')
    await store.intend([{ id: 'alive', model: 'City' }], retainMs)
    expect(await store.sweep(retainMs)).toEqual([])
    await redis.pause()
    const { error, tookMs } = await timed(() => servedRow(store))
    expect(error).toMatchObject({ code: 'STORE.TIMEOUT' })
    // One extension at most, however far the clock jumped.
    expect(tookMs).toBeLessThan(2 * deadlineMs + slackMs)
    await timed(() => servedRow(store))
    await timed(() => servedRow(store))
    redis.resume()
    await recovered()
    expect(await servedRow(store)).toBe('row')
  })

  it('R32: recovers at once though the wall clock was set back by an hour meanwhile', async () => {
    const redis = await startRedis()
    const { store, recovered, kinds, events } = openStore(redis.url, { commandDeadlineMs: 120 })
    await fillEntry(store, 'row')
    await redis.pause()
    await waitUntil(async () => (await timed(() => servedRow(store))).error?.code === 'STORE.UNAVAILABLE', {
      what: 'the breaker to open',
    })
    const { now } = Date
    Date.now = () => now() - 3_600_000
    try {
      redis.resume()
      await recovered()
    } finally {
      Date.now = now
    }
    expect(kinds()).toEqual(['unavailable', 'recovered'])
    const found = events.find((event) => event.kind === 'store-recovered')
    expect(found?.downMs).toBeGreaterThanOrEqual(0)
  })

  it('waits for a lease no longer than asked when the release cannot be heard', async () => {
    const redis = await startRedis()
    const { store, recovered } = openStore(redis.url, { commandDeadlineMs: deadlineMs })
    await store.acquireLease(key, 'a', retainMs)
    await redis.pause()
    const { value: watch, tookMs } = await timed(() => store.watchLease(key))
    expect(tookMs).toBeLessThan(deadlineMs + slackMs)
    expect(await watch!.released(30)).toBe('timeout')
    await watch!.close()
    redis.resume()
    await recovered()
    await waitUntil(
      async () => {
        const later = await store.watchLease(key)
        await store.acquireLease(key, 'b', retainMs)
        await store.releaseLease(key, 'a', 'filled')
        await store.releaseLease(key, 'b', 'filled')
        const heard = await later.released(100)
        await later.close()
        return heard === 'filled'
      },
      { what: 'releases to be heard again' },
    )
  })

  it('rejects what is under way when it is closed, and opens again', async () => {
    const redis = await startRedis()
    const { store, kinds } = openStore(redis.url, { commandDeadlineMs: deadlineMs })
    await fillEntry(store, 'row')
    await redis.pause()
    const pending = timed(() => servedRow(store))
    const { tookMs } = await timed(() => store.close())
    expect(tookMs).toBeLessThan(2 * deadlineMs + slackMs)
    expect((await pending).error).toMatchObject({ code: expect.stringMatching(/^STORE\./) })
    redis.resume()
    expect(await waitUntil(() => servedRow(store), { what: 'the row' })).toBe('row')
    expect(kinds()).toEqual([])
  })

  it('forgets an opening that was closed: its failure says nothing of the next one', async () => {
    const redis = await startRedis()
    await redis.pause()
    const { store, kinds } = openStore(redis.url, { commandDeadlineMs: deadlineMs })
    const pending = timed(() => store.stamps([root]))
    await store.close()
    redis.resume()
    await fillEntry(store, 'row')
    expect(await servedRow(store)).toBe('row')
    await pending
    expect(kinds()).toEqual([])
  })
})

it('R38: remembers an outage for a while, also when it is closed in between', async () => {
  let aheadMs = 0
  const clock = { ...systemClock, nowMs: () => systemClock.nowMs() + aheadMs }
  const server = await startRedis()
  const { store, recovered } = openStore(server.url, { clock })
  const tags = [{ kind: 'root', model: 'City' }] as const
  await store.stamps(tags)
  expect(store.isRecovering()).toBe(false)

  await server.kill()
  await waitUntil(() => !store.isOpen(), { what: 'the outage' })
  // As long as takes others who write to give up waiting.
  aheadMs += 1000
  await server.restart()
  await recovered()
  expect(store.isRecovering()).toBe(true)
  await store.close()
  expect(store.isRecovering()).toBe(true)
  await store.stamps(tags)
  expect(store.isRecovering()).toBe(true)
  aheadMs += 10_000
  expect(store.isRecovering()).toBe(false)
})

interface Timed<T> {
  readonly value?: T
  readonly error?: Error & { code?: string }
  readonly tookMs: number
}

async function timed<T>(run: () => Promise<T>): Promise<Timed<T>> {
  const startedMs = performance.now()
  try {
    return { value: await run(), tookMs: performance.now() - startedMs }
  } catch (error) {
    return { error: error as Error, tookMs: performance.now() - startedMs }
  }
}

/** Real timers, but a reading that leaps back and forth by hours. */
function jumpingClock(): Clock {
  let readings = 0
  return {
    nowMs: () => {
      readings += 1
      return systemClock.nowMs() + (readings % 2 === 0 ? 7_200_000 : -7_200_000)
    },
    wallMs: systemClock.wallMs,
    after: systemClock.after,
    inBackground: systemClock.inBackground,
  }
}

async function connectionIds(url: string): Promise<readonly string[]> {
  return [...String(await redisCommand(url, ['CLIENT', 'LIST'])).matchAll(/^id=(\d+) .*prisma-cache/gm)].map(
    (m) => m[1]!,
  )
}

async function connectionId(url: string, use: () => Promise<unknown>): Promise<string> {
  await use()
  return (await connectionIds(url))[0]!
}
