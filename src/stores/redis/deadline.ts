import type { Clock } from '../../core/clock.ts'
import { CacheError } from '../../core/errors.ts'

/** A timer that fires this much too late says that this process was busy, not that Redis was slow. */
const lateMs = 25

/**
 * Gives a command `deadlineMs` to answer; rejects with `STORE.TIMEOUT` after that. The command itself is not undone: it may
 * still run when Redis wakes up, which the protocol allows for.
 *
 * A blocked event loop must not look like a slow server: replies that wait in the socket are read before the verdict, and a
 * timer that fired late grants the time again, once.
 */
export function withDeadline<T>(command: Promise<T>, deadlineMs: number, clock: Clock): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    let timer = clock.after(deadlineMs, expire)
    let dueMs = clock.nowMs() + deadlineMs
    let extended = false

    function expire() {
      if (!extended && clock.nowMs() - dueMs > lateMs) {
        extended = true
        dueMs = clock.nowMs() + deadlineMs
        timer = clock.after(deadlineMs, expire)
        return
      }
      setImmediate(() => reject(new CacheError('STORE.TIMEOUT', `Redis did not answer within ${deadlineMs} ms.`)))
    }
    command.then(
      (value) => {
        timer.cancel()
        resolve(value)
      },
      (error) => {
        timer.cancel()
        reject(error)
      },
    )
  })
}
