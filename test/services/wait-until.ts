import { setTimeout as delay } from 'node:timers/promises'

export interface WaitOptions {
  /** What is waited for, as the end of the sentence "Waited in vain for ...". */
  readonly what: string
  /** Milliseconds, default 10,000. */
  readonly deadlineMs?: number
  /** Milliseconds between two looks, default 20. */
  readonly pollMs?: number
}

/**
 * Asks again and again until `check` answers true, a value, or the deadline has passed.
 *
 * An exception of `check` counts as "not yet", and is the cause of the error that is thrown at the deadline.
 */
export async function waitUntil<T>(
  check: () => T | Promise<T>,
  { what, deadlineMs = 10_000, pollMs = 20 }: WaitOptions,
): Promise<Exclude<T, false | undefined | null>> {
  const deadline = performance.now() + deadlineMs
  let cause: unknown
  for (;;) {
    try {
      const answer = await check()
      if (answer !== false && answer !== undefined && answer !== null) {
        return answer as Exclude<T, false | undefined | null>
      }
    } catch (error) {
      cause = error
    }
    if (performance.now() >= deadline) throw new Error(`Waited ${deadlineMs} ms in vain for ${what}.`, { cause })
    await delay(pollMs)
  }
}
