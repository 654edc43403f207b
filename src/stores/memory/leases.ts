import type { Clock } from '../../core/clock.ts'
import { createWatchers } from '../../core/lease-watch.ts'
import type { LeaseAnswer, LeaseWatch, LoadOutcome } from '../../core/store.ts'

/** Leases within one process: the same rules as in Redis, so that one contract holds for both. */
export interface Leases {
  acquire(name: string, token: string, leaseMs: number): LeaseAnswer
  renew(name: string, token: string, leaseMs: number): boolean
  release(name: string, token: string, outcome: LoadOutcome): void
  watch(name: string): LeaseWatch
}

export function createLeases(clock: Clock): Leases {
  const held = new Map<string, { token: string; deadlineMs: number }>()
  const watchers = createWatchers(clock)

  function holder(name: string) {
    const lease = held.get(name)
    if (lease && lease.deadlineMs <= clock.nowMs()) held.delete(name)
    return held.get(name)
  }

  return {
    acquire(name, token, leaseMs) {
      const lease = holder(name)
      if (lease) return { kind: 'held', remainingMs: lease.deadlineMs - clock.nowMs() }
      held.set(name, { token, deadlineMs: clock.nowMs() + leaseMs })
      return { kind: 'acquired' }
    },
    renew(name, token, leaseMs) {
      const lease = holder(name)
      if (lease?.token !== token) return false
      lease.deadlineMs = clock.nowMs() + leaseMs
      return true
    },
    release(name, token, outcome) {
      if (holder(name)?.token !== token) return
      held.delete(name)
      watchers.wake(name, outcome)
    },
    watch: (name) => watchers.watch(name),
  }
}
