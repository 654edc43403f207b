import { expect, it } from 'vitest'
import { createNonceSource } from '../../../src/core/nonce.ts'
import { createMemoryStore } from '../../../src/stores/memory/memory-store.ts'
import { takeTurn } from '../../../src/strategies/lease.ts'
import { createManualClock } from '../stores/manual-clock.ts'

const key = { model: 'City', digest: 'd' }
const loadLeaseMs = 3_000
const loadWaitMs = 10_000

/** Processes that want the same entry, which nobody stores, and one that dies when it has taken the lease. */
function setup() {
  const clock = createManualClock()
  const makeNonce = createNonceSource()
  const store = createMemoryStore({ clock, makeNonce, maxBytes: 100_000 })
  const turns: string[] = []
  const missing = { stamps: [], found: { kind: 'missing', stamps: [], spare: null } } as const
  let held = 0
  const request = {
    key,
    begin: async (token: string, leaseMs: number) => ({
      lease: await store.acquireLease(key, token, leaseMs),
      ...missing,
    }),
    beginAlone: async () => missing,
    takeSlot: async () => ({ free() {} }),
    onHeld() {
      held += 1
    },
    renewForMs: Number.POSITIVE_INFINITY,
  }
  return {
    turns,
    clock,
    held: () => held,
    async die() {
      expect(await store.acquireLease(key, makeNonce(), loadLeaseMs)).toEqual({ kind: 'acquired' })
    },
    async ask(name: string) {
      void takeTurn(request, { store, clock, makeNonce, loadLeaseMs, loadWaitMs }).then(({ kind }) =>
        turns.push(`${name} ${kind}`),
      )
      await settled()
    },
    /** Every millisecond by itself: what follows from a timer happens at its time. */
    async pass(ms: number) {
      for (let passedMs = 0; passedMs < ms; passedMs += 1) {
        clock.advance(1)
        await settled()
      }
    },
  }
}

/** Whatever follows from what has happened. */
const settled = () => new Promise(setImmediate)

it('R13: of all who wait for a holder that died one takes over, when its lease has run out', async () => {
  const { turns, held, die, ask, pass } = setup()
  await die()
  for (const name of ['a', 'b', 'c']) await ask(name)
  // Told before they wait.
  expect(held()).toBeGreaterThanOrEqual(3)
  await pass(loadLeaseMs)
  expect(turns).toEqual([])
  await pass(1)
  expect(turns).toEqual(['a ours'])
})

it('R13: however many holders die one after the other, who waits does so for loadWait in all, and then loads alone', async () => {
  const { turns, die, ask, pass } = setup()
  await die()
  await ask('a')
  for (let passedMs = 0; passedMs + loadLeaseMs < loadWaitMs; passedMs += loadLeaseMs) {
    await pass(loadLeaseMs)
    await die()
  }
  expect(turns).toEqual([])
  await pass(loadWaitMs - 3 * loadLeaseMs - 1)
  expect(turns).toEqual([])
  await pass(1)
  expect(turns).toEqual(['a alone'])
})

it('leaves no timer behind when the turn is over', async () => {
  const { turns, clock, die, ask, pass } = setup()
  await die()
  await ask('a')
  await pass(loadLeaseMs + 1)
  expect(turns).toEqual(['a ours'])
  // That of its own lease, which it renews.
  expect(clock.pending()).toBe(1)
})
