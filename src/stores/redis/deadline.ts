import type { Clock } from '../../core/clock.ts'
import { CacheError } from '../../core/errors.ts'

/** A timer that fires this much too late says that this process was busy, not that Redis was slow. */
const lateMs = 25

/** Told how a command ended. For who comes by with every lookup: another promise would cost it more. */
export interface Ending {
  /** Before its answer is handed on. What it throws is handed on instead. */
  readonly answered?: () => void
  /** Returns the error that is handed on. What it throws is handed on instead. */
  readonly failed?: (error: unknown) => unknown
}

/**
 * Gives a command `deadlineMs` to answer; rejects with `STORE.TIMEOUT` after that. The command itself is not undone: it may
 * still run when Redis wakes up, which the protocol allows for.
 *
 * A blocked event loop must not look like a slow server: replies that wait in the socket are read before the verdict, and a
 * timer that fired late grants the time again, once.
 */
export function withDeadline<T>(
  command: Promise<T>,
  deadlineMs: number,
  clock: Clock,
  { answered, failed }: Ending = {},
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    let timer = clock.after(deadlineMs, expire)
    let dueMs = clock.nowMs() + deadlineMs
    let [isExtended, isOver] = [false, false]

    function expire() {
      if (!isExtended && clock.nowMs() - dueMs > lateMs) {
        isExtended = true
        dueMs = clock.nowMs() + deadlineMs
        timer = clock.after(deadlineMs, expire)
        return
      }
      setImmediate(fail, new CacheError('STORE.TIMEOUT', `Redis did not answer within ${deadlineMs} ms.`))
    }

    function fail(error: unknown) {
      if (isOver) return
      isOver = true
      timer.cancel()
      try {
        reject(failed ? failed(error) : error)
      } catch (another) {
        reject(another)
      }
    }

    command.then((value) => {
      if (isOver) return
      isOver = true
      timer.cancel()
      try {
        answered?.()
        resolve(value)
      } catch (error) {
        reject(error)
      }
    }, fail)
  })
}
