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
  const stoppedMs = { now: 0, wall: 0 }
  const clock = {
    ...timers,
    nowMs: () => timers.nowMs() + stoppedMs.now,
    wallMs: () => timers.nowMs() + stoppedMs.wall,
  }
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
    stop(ms: number, clock: 'now' | 'wall' = 'now') {
      stoppedMs[clock] += ms
    },
  }
}

it('one intent serves all writes on a model, one after the other and at once', async () => {
  const { intents, sent } = setup()
  expect(intents.enter(['City'])).toBeUndefined()
  await turn()
  intents.enter(['City'])
  intents.leave(['City'])
  intents.enter(['City', 'Post'])
  intents.leave(['City', 'Post'])
  intents.leave(['City'])
  expect(sent()).toEqual(['+City 1', '+Post 2'])
})

it('is sent again by a write that begins before it is confirmed', async () => {
  const { intents, sent } = setup()
  intents.enter(['City'])
  intents.enter(['City'])
  expect(sent()).toEqual(['+City 1', '+City 1'])
})

it('is renewed while there are writes, and removed when there have been none for a while', async () => {
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

it.each(['process', 'machine'] as const)('is sent again by the first write of a %s that was stopped', async (which) => {
  const { intents, sent, stop, store } = setup()
  intents.enter(['City'])
  await turn()
  intents.leave(['City'])
  if (which === 'machine') {
    // Its own clock did not go on: the first write after it is as soon as the next.
    stop(intentMs, 'wall')
    intents.enter(['City'])
    expect(sent()).toEqual(['+City 1', '+City 1'])
    return
  }
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
  expect(sent()).toEqual(['+City 1', '+City 1', '+Post 2', '+City 3'])
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

it('makes every write wait for a way of its own to a store that is not open', async () => {
  const answers: ((isRecorded: boolean) => void)[] = []
  let isOpen = false
  const { intents, events } = setup({
    isOpen: () => isOpen,
    intend: () =>
      new Promise((resolve, reject) => {
        answers.push((isRecorded) => (isRecorded ? resolve() : reject(new Error('too late'))))
      }),
  })
  const steps: string[] = []
  const enter = (step: string) => void intents.enter(['City'])?.then(() => steps.push(step))
  enter('one')
  enter('two')
  await turn()
  expect([answers.length, steps]).toEqual([2, []])
  answers[0]!(false)
  await turn()
  // The second one does not rely on the first, and neither does a third.
  expect([steps, events.length]).toEqual([['one'], 1])
  enter('three')
  answers[1]!(true)
  await turn()
  expect([answers.length, steps, events.length]).toEqual([3, ['one', 'two'], 1])
  isOpen = true
  enter('four')
  expect(answers).toHaveLength(3)
})

it('is not relied on while only the timer says that it was sent', async () => {
  const { intents, events, timers } = setup({ intend: async () => Promise.reject(new Error('OOM')) })
  intents.enter(['City'])
  await turn()
  timers.advance(everyMs)
  intents.enter(['City'])
  await turn()
  expect(events).toHaveLength(2)
})

it('opens no store that was closed', async () => {
  let isOpen = true
  let sent = 0
  const send = async () => {
    sent += 1
  }
  const { intents, timers } = setup({ isOpen: () => isOpen, intend: send, settle: send })
  intents.enter(['City'])
  intents.enter(['Post'])
  intents.leave(['Post'])
  isOpen = false
  timers.advance(5 * everyMs)
  intents.leave(['City'])
  timers.advance(5 * everyMs)
  expect([sent, timers.pending()]).toEqual([2, 0])
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
