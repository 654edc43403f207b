import { setImmediate as turn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import type { CacheEvent } from '../../../src/core/events.ts'
import { createNonceSource } from '../../../src/core/nonce.ts'
import type { Store } from '../../../src/core/store.ts'
import { createMemoryStore } from '../../../src/stores/memory/memory-store.ts'
import { createIntents } from '../../../src/strategies/intents.ts'
import { createManualClock } from '../stores/manual-clock.ts'

const intentMs = 8_000
const everyMs = 1_000

/** Intents, and what of them reaches a store. */
function setup(overrides: Partial<Store> = {}, lastsMs = intentMs) {
  const timers = createManualClock()
  let stoppedMs = 0
  const clock = { ...timers, nowMs: () => timers.nowMs() + stoppedMs }
  const makeNonce = createNonceSource()
  const memory = createMemoryStore({ clock, makeNonce, maxBytes: 100_000 })
  const events: CacheEvent[] = []
  /** Ids by their order: `City 1` is the first one of all. */
  const ids: string[] = []
  const nameOf = (id: string) => (ids.includes(id) ? ids.indexOf(id) : ids.push(id) - 1) + 1
  let sent: string[] = []
  const store: Store = {
    ...memory,
    async intend(intents, leaseMs) {
      sent.push(...intents.map(({ model, id }) => `+${model} ${nameOf(id)}`))
      await memory.intend(intents, leaseMs)
    },
    async settle(intents) {
      sent.push(...intents.map(({ model, id }) => `-${model} ${nameOf(id)}`))
      await memory.settle(intents)
    },
    ...overrides,
  }
  const report = (event: CacheEvent) => void events.push(event)
  return {
    intents: createIntents({ store, clock, makeNonce, report, intentMs: lastsMs }),
    store: memory,
    events,
    timers,
    /** What was sent since it was last asked. */
    sent() {
      const all = sent
      sent = []
      return all
    },
    /** Time goes by without a timer: the process does not run. */
    stop(ms: number) {
      stoppedMs += ms
    },
  }
}

it('one intent serves all writes on a model, one after the other and at once', () => {
  const { intents, sent } = setup()
  expect(intents.enter(['City'])).toBeUndefined()
  intents.enter(['City'])
  intents.leave(['City'])
  intents.enter(['City', 'Post'])
  intents.leave(['City', 'Post'])
  intents.leave(['City'])
  expect(sent()).toEqual(['+City 1', '+Post 2'])
})

it('is renewed while there are writes, and removed when there have been none for a while', () => {
  const { intents, sent, timers } = setup()
  intents.enter(['City'])
  timers.advance(3 * everyMs)
  expect(sent()).toEqual(['+City 1', '+City 1', '+City 1', '+City 1'])
  intents.leave(['City'])
  timers.advance(everyMs)
  expect(sent()).toEqual(['-City 1'])
  expect(timers.pending()).toBe(0)
  intents.enter(['City'])
  intents.leave(['City'])
  timers.advance(everyMs)
  // There was one since the last look.
  expect(sent()).toEqual(['+City 2', '+City 2'])
  timers.advance(everyMs)
  expect(sent()).toEqual(['-City 2'])
})

it.each([600, intentMs])('is renewed before it expires, where that takes %i ms', async (lastsMs) => {
  const { intents, store, timers } = setup({}, lastsMs)
  intents.enter(['City'])
  for (let i = 0; i < 100; i += 1) {
    timers.advance(lastsMs / 10)
    expect(await store.sweep(lastsMs)).toEqual([])
  }
})

it('is sent again by the first write of a process that was stopped', async () => {
  const { intents, sent, stop, store } = setup()
  intents.enter(['City'])
  intents.leave(['City'])
  stop(intentMs)
  expect(await store.sweep(intentMs)).toEqual(['City'])
  expect(sent()).toEqual(['+City 1'])
  intents.enter(['City'])
  expect(sent()).toEqual(['+City 1'])
  stop(intentMs)
  expect(await store.sweep(intentMs)).toEqual(['City'])
})

it('that is left to the sweepers is renewed by nobody and removed by nobody', async () => {
  const { intents, sent, store, timers } = setup()
  intents.enter(['City'])
  intents.leaveToSweepers(['City'])
  intents.enter(['City'])
  expect(sent()).toEqual(['+City 1', '+City 2'])
  timers.advance(intentMs - 1)
  expect(await store.sweep(intentMs)).toEqual([])
  timers.advance(1)
  expect(await store.sweep(intentMs)).toEqual(['City'])
  intents.leave(['City'])
  timers.advance(2 * everyMs)
  expect(sent()).not.toContain('-City 1')
})

it('that is left to the sweepers has a successor at once where another write is under way', async () => {
  const { intents, sent, store, timers } = setup()
  intents.enter(['City'])
  intents.enter(['City', 'Post'])
  intents.leaveToSweepers(['City'])
  expect(sent()).toEqual(['+City 1', '+Post 2', '+City 3'])
  timers.advance(intentMs)
  // What was left expires, although a write goes on; and that one is covered.
  expect(await store.sweep(intentMs)).toEqual(['City'])
  sent()
  intents.leave(['City', 'Post'])
  timers.advance(everyMs)
  expect(sent().sort()).toEqual(['-City 3', '-Post 2'])
})

it('that could not be recorded is reported, and sent again by the next write', async () => {
  let isRefused = true
  const { intents, sent, events } = setup({
    intend: async () => {
      if (isRefused) throw new Error('OOM')
    },
  })
  intents.enter(['City'])
  await turn()
  intents.leave(['City'])
  expect(events).toMatchObject([{ kind: 'weakened-write', models: ['City'] }])
  intents.enter(['City'])
  await turn()
  expect(events).toHaveLength(2)
  isRefused = false
  intents.enter(['City'])
  await turn()
  expect(events).toHaveLength(2)
  expect(sent()).toEqual([])
})

it('makes every write wait for the way to the store that the first one opens', async () => {
  let open = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  const { intents } = setup({ isOpen: () => false, intend: () => opened })
  const steps: string[] = []
  const one = intents.enter(['City'])?.then(() => steps.push('one'))
  const two = intents.enter(['City'])?.then(() => steps.push('two'))
  await turn()
  expect(steps).toEqual([])
  open()
  await Promise.all([one, two])
  expect(steps).toEqual(['one', 'two'])
})

it('is removed at once when nothing is under way and the cache comes to rest', async () => {
  const { intents, sent, timers } = setup()
  intents.enter(['City', 'Post'])
  intents.leave(['Post'])
  await intents.idle()
  expect(sent()).toEqual(['+City 1', '+Post 2', '-Post 2'])
  intents.leave(['City'])
  await intents.idle()
  expect(sent()).toEqual(['-City 1'])
  expect(timers.pending()).toBe(0)
})
