import type { Clock } from '../../../src/core/clock.ts'

export interface ManualClock extends Clock {
  /** Moves time on; timers that fall due run in order, `lateMs` after they were due. */
  advance(ms: number, options?: { readonly lateMs?: number }): void
  /** How many timers wait. */
  pending(): number
}

export function createManualClock(): ManualClock {
  let now = 0
  const timers = new Set<{ readonly dueMs: number; readonly run: () => void }>()
  const after: Clock['after'] = (delayMs, run) => {
    const timer = { dueMs: now + delayMs, run }
    timers.add(timer)
    return { cancel: () => void timers.delete(timer) }
  }
  return {
    nowMs: () => now,
    wallMs: () => now,
    after,
    inBackground: after,
    pending: () => timers.size,
    advance(ms, { lateMs = 0 } = {}) {
      const until = now + ms
      for (;;) {
        const next = [...timers].filter(({ dueMs }) => dueMs <= until).sort((a, b) => a.dueMs - b.dueMs)[0]
        if (next === undefined) break
        now = Math.max(now, next.dueMs + lateMs)
        timers.delete(next)
        next.run()
      }
      now = Math.max(now, until)
    },
  }
}
