import type { Clock } from '../../core/clock.ts'
import { CacheError } from '../../core/errors.ts'
import type { Backlog, PendingNews, PendingStore } from '../../core/pending-store.ts'
import { compareEntries } from '../../core/stream-position.ts'
import { isPast } from './settled-entries.ts'

export type Settling = Extract<PendingNews, { kind: 'settled' }>

export interface BarrierDeps {
  readonly pending: PendingStore
  readonly clock: Clock
  /** Lets who leads these partitions flush them now, here or elsewhere. */
  readonly flushSoon: (model: string, partitions: readonly number[]) => void
  /** Calls `onSettled` with each settling of a model; returns what ends it. */
  readonly listen: (model: string, onSettled: (settled: Settling) => void) => () => void
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

export function createBarrier({ pending, clock, flushSoon, listen }: BarrierDeps): Barrier {
  /** As far as news tell, of each partition, and what looks at that. */
  function hear(model: string) {
    const reached = new Map<number, string>()
    let look = () => {}
    const stop = listen(model, ({ number, entry }) => {
      reached.set(number, entry)
      look()
    })
    /** Whether any of these entries is settled now, by what was heard since it was last asked. */
    const hears = (entries: readonly Waiting[]) =>
      entries.some(({ number, entry }) => compareEntries(reached.get(number) ?? '', entry) >= 0)
    return {
      stop,
      /** Resolves when any of these seems settled, or it is time to look again. */
      async settled(entries: readonly Waiting[]): Promise<void> {
        await new Promise<void>((resolve) => {
          const timer = clock.after(lookAgainMs, resolve)
          look = () => {
            if (!hears(entries)) return
            timer.cancel()
            resolve()
          }
          look()
        })
        // Where the store says otherwise, it is not to be believed twice.
        reached.clear()
      },
    }
  }

  return {
    async pass(model, deadlineMs) {
      const { latest } = await pending.backlog(model)
      if (latest.length === 0) return
      const giveUpMs = deadlineMs === null ? Number.POSITIVE_INFINITY : clock.nowMs() + deadlineMs
      const heard = hear(model)
      try {
        for (let left = latest; ; ) {
          flushSoon(
            model,
            left.map(({ number }) => number),
          )
          await heard.settled(left)
          const passed = await Promise.all(left.map((one) => isPast(pending, { model, ...one })))
          left = left.filter((_, i) => !passed[i])
          if (left.length === 0) return
          if (clock.nowMs() > giveUpMs) throw timeout(model, deadlineMs!)
        }
      } finally {
        heard.stop()
      }
    },
  }
}

type Waiting = Backlog['latest'][number]

function timeout(model: string, deadlineMs: number): CacheError {
  return new CacheError(
    'WRITE_BEHIND.FLUSH_TIMEOUT',
    `Accepted writes of ${model} did not reach the database within ${deadlineMs} ms.`,
    { model, fix: `The database is slower than the writes: raise flushDeadline, or set pendingReads to 'stale'.` },
  )
}
