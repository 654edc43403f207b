import type { Clock } from './clock.ts'
import type { LeaseWatch, LoadOutcome } from './store.ts'

/** Those in this process who wait for leases to end. A store wakes them; how it learns of a release is its own business. */
export interface Watchers {
  watch(name: string): LeaseWatch
  wake(name: string, outcome: LoadOutcome): void
  /** Whether anyone watches `name`. */
  has(name: string): boolean
}

export function createWatchers(clock: Clock): Watchers {
  const watchers = new Map<string, Set<(outcome: LoadOutcome) => void>>()

  return {
    has: (name) => watchers.has(name),
    wake(name, outcome) {
      for (const wake of watchers.get(name) ?? []) wake(outcome)
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

function createWaiter(clock: Clock) {
  /** A release that came before anyone waited for it. */
  let early: LoadOutcome | undefined
  const waiting = new Set<(outcome: LoadOutcome) => void>()

  return {
    wake(outcome: LoadOutcome) {
      if (waiting.size === 0) early = outcome
      for (const settle of waiting) settle(outcome)
    },
    released(timeoutMs: number): Promise<LoadOutcome | 'timeout'> {
      return new Promise((resolve) => {
        const settle = (outcome: LoadOutcome | 'timeout') => {
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
