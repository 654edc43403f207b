import type { Clock, Timer } from '../core/clock.ts'
import type { Report } from '../core/events.ts'
import type { Store } from '../core/store.ts'

export interface SweeperDeps {
  readonly store: Store
  readonly clock: Clock
  readonly report: Report
  /** How long an intent lasts without renewal. */
  readonly intentMs: number
  readonly everyMs: number
}

/** Looks for writers that died, here or elsewhere, for as long as the cache is used. */
export interface Sweeper {
  /** Idempotent. */
  start(): void
  stop(): Promise<void>
}

export function createSweeper({ store, clock, report, intentMs, everyMs }: SweeperDeps): Sweeper {
  let timer: Timer | undefined
  let running: Promise<void> = Promise.resolve()

  async function sweep() {
    try {
      const models = await store.sweep(intentMs)
      if (models.length > 0) report({ kind: 'swept', models })
    } catch {
      // Out of reach: the store looks again by itself, and sweeps before it serves.
    }
  }

  function start() {
    timer ??= clock.inBackground(everyMs, () => {
      running = sweep().then(() => {
        if (timer === undefined) return
        timer = undefined
        start()
      })
    })
  }

  return {
    start,
    async stop() {
      timer?.cancel()
      timer = undefined
      await running
    },
  }
}
