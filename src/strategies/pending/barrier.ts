import type { Clock } from '../../core/clock.ts'
import { CacheError } from '../../core/errors.ts'
import type { PendingStore } from '../../core/pending-store.ts'
import { isPast, pauseOf } from './settled-entries.ts'

export interface BarrierDeps {
  readonly pending: PendingStore
  readonly clock: Clock
  /** Lets who leads these partitions flush them now, here or elsewhere. */
  readonly flushSoon: (model: string, partitions: readonly number[]) => void
  /** Resolves with the next news of a model. */
  readonly news: (model: string) => Promise<void>
}

/** Waits until what was accepted on a model before the call is settled: in the database, or among the dead letters. */
export interface Barrier {
  /**
   * @param deadlineMs how long to wait at most; `null` for as long as it takes.
   * @throws CacheError `WRITE_BEHIND.FLUSH_TIMEOUT`, and whatever the store rejects with.
   */
  pass(model: string, deadlineMs: number | null): Promise<void>
}

/** News may get lost, and whoever led may have died: who waits looks again. */
const lookAgainMs = 50

export function createBarrier({ pending, clock, flushSoon, news }: BarrierDeps): Barrier {
  return {
    async pass(model, deadlineMs) {
      const { latest } = await pending.backlog(model)
      if (latest.length === 0) return
      const giveUpMs = deadlineMs === null ? Number.POSITIVE_INFINITY : clock.nowMs() + deadlineMs
      let left = latest
      for (;;) {
        flushSoon(
          model,
          left.map(({ number }) => number),
        )
        await Promise.race([news(model), pauseOf(clock, lookAgainMs)])
        const passed = await Promise.all(left.map((one) => isPast(pending, { model, ...one })))
        left = left.filter((_, i) => !passed[i])
        if (left.length === 0) return
        if (clock.nowMs() > giveUpMs) throw timeout(model, deadlineMs!)
      }
    },
  }
}

function timeout(model: string, deadlineMs: number): CacheError {
  return new CacheError(
    'WRITE_BEHIND.FLUSH_TIMEOUT',
    `Accepted writes of ${model} did not reach the database within ${deadlineMs} ms.`,
    { model, fix: `The database is slower than the writes: raise flushDeadline, or set pendingReads to 'stale'.` },
  )
}
