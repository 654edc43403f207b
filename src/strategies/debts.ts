import type { Clock, Timer } from '../core/clock.ts'
import type { Report } from '../core/events.ts'
import { inTime } from '../core/in-time.ts'
import type { Store } from '../core/store.ts'

/**
 * Invalidations that failed: the store was out of reach when a write had to be made known.
 *
 * Until one is made good, by dropping the root stamp of its model, this process serves nothing of that model from the store.
 * Retried for ever, 20 ms after the failure, doubling to 80; while the store is known to be down an attempt costs nothing.
 */
export interface Debts {
  /**
   * Resolves when it is made good, or when the store has taken nothing for {@link patienceMs}. What is acknowledged only then is seen by all others
   * after a short outage, too; of a longer one they know, and do not serve at once what they find after it.
   */
  owe(models: readonly string[], error: unknown): Promise<void>
  owes(models: readonly string[]): boolean
  /** The store has taken an invalidation. */
  taken(): void
  /** One attempt, now. Never rejects. */
  payOnce(): Promise<void>
  /** Stops retrying, which would open the store again, until somebody asks or more is owed. */
  rest(): void
}

const retryMs = 20
const retryMsMax = 80
/** Longer than it takes others, who look at the store once a second, to notice that it is out of reach. */
const patienceMs = 1250

interface Debt {
  /** The number of the latest failure: an older payment does not cover it. */
  readonly failure: number
  readonly sinceMs: number
}

export function createDebts({ store, clock, report }: { store: Store; clock: Clock; report: Report }): Debts {
  const owed = new Map<string, Debt>()
  const waiting = new Set<() => void>()
  let failures = 0
  let takenMs = Number.NEGATIVE_INFINITY
  let delayMs = retryMs
  /** One attempt at a time is planned. */
  let timer: Timer | undefined
  let resting = false

  async function payOnce() {
    // One by one: what cannot be paid must not keep the others.
    const paid = await Promise.all([...owed].map(([model, debt]) => pay(model, debt)))
    for (const look of waiting) look()
    delayMs = paid.includes(false) ? Math.min(delayMs * 2, retryMsMax) : retryMs
    if (owed.size > 0) retryLater()
  }

  async function pay(model: string, { failure }: Debt): Promise<boolean> {
    try {
      await store.dropRoots([model])
    } catch {
      return false
    }
    taken()
    if (owed.get(model)?.failure === failure) owed.delete(model)
    return true
  }

  function taken() {
    takenMs = clock.nowMs()
  }

  function retryLater() {
    if (timer || resting) return
    timer = clock.inBackground(delayMs, () => {
      timer = undefined
      void payOnce()
    })
  }

  function paid(models: readonly string[]): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (models.some((model) => owed.has(model))) return
        waiting.delete(look)
        resolve()
      }
      waiting.add(look)
      look()
    })
  }

  return {
    async owe(models, error) {
      failures += 1
      resting = false
      for (const model of models) {
        owed.set(model, { failure: failures, sinceMs: owed.get(model)?.sinceMs ?? clock.nowMs() })
      }
      report({ kind: 'invalidation-owed', models, error })
      retryLater()
      // One model alone may be owed for reasons of its own: then others are taken.
      const outageMs = Math.max(takenMs, Math.min(...[...owed.values()].map(({ sinceMs }) => sinceMs)))
      const leftMs = outageMs + patienceMs - clock.nowMs()
      if (leftMs > 0) await inTime(paid(models), leftMs, clock)
    },
    owes(models) {
      if (owed.size === 0) return false
      resting = false
      retryLater()
      return models.some((model) => owed.has(model))
    },
    taken,
    payOnce,
    rest() {
      resting = true
      timer?.cancel()
      timer = undefined
    },
  }
}
