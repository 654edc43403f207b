import type { Clock } from './clock.ts'
import type { LeaseWatch, LoadOutcome } from './store.ts'

/** Those in this process who wait for leases to end. A store wakes them; how it learns of a release is its own business. */
export interface Watchers {
  watch(name: string): LeaseWatch
  wake(name: string, outcome: LoadOutcome): void
  /** Nothing will be heard any more: to all of them it is as if their time were over. */
  giveUp(): void
  /** Whether anyone watches `name`. */
  has(name: string): boolean
}

export function createWatchers(clock: Clock): Watchers {
  const watchers = new Map<string, Set<(outcome: Outcome) => void>>()

  return {
    has: (name) => watchers.has(name),
    wake(name, outcome) {
      for (const wake of watchers.get(name) ?? []) wake(outcome)
    },
    giveUp() {
      for (const all of watchers.values()) for (const wake of all) wake('timeout')
    },
    watch(name) {
      const waiter = createWaiter(clock)
      const set = watchers.get(name) ?? new Set()
      watchers.set(name, set.add(waiter.wake))
      return {
        released: waiter.released,
        async close() {
          set.delete(waiter.wake)
          if (set.size === 0 && watchers.get(name) === set) watchers.delete(name)
        },
      }
    },
  }
}

type Outcome = LoadOutcome | 'timeout'

function createWaiter(clock: Clock) {
  /** A release that came before anyone waited for it. */
  let early: Outcome | undefined
  const waiting = new Set<(outcome: Outcome) => void>()

  return {
    wake(outcome: Outcome) {
      if (waiting.size === 0) early = outcome
      for (const settle of waiting) settle(outcome)
    },
    released(timeoutMs: number): Promise<Outcome> {
      return new Promise((resolve) => {
        const settle = (outcome: Outcome) => {
          timer.cancel()
          waiting.delete(settle)
          early = undefined
          resolve(outcome)
        }
        const timer = clock.after(timeoutMs, () => settle('timeout'))
        waiting.add(settle)
        if (early) settle(early)
      })
    },
  }
}
