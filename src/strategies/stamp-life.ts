import type { Clock } from '../core/clock.ts'

/** Where a function of the user gives the TTL, nobody knows how long it may be. */
const unknownLifeMs = 24 * 3600_000

/** How much longer than what is stored its stamps live: they are obtained before the load. */
const allowanceMs = 2000
/** Of a load that takes long they are obtained again: twice before they would live too short. */
const prolongEveryMs = allowanceMs / 2

/**
 * How long stamps must live that are obtained before a load, in ms, so that what it stores outlives none of them.
 *
 * @param longestMs the longest TTL; `null` where that is not known.
 */
export function stampLifeMs(longestMs: number | null, keepMs: number): number {
  return longestMs === null ? unknownLifeMs : longestMs + keepMs + allowanceMs
}

/** Calls a function again and again until what is waited for is over. */
export async function prolongingMeanwhile<T>(
  waiting: Promise<T>,
  prolong: () => Promise<unknown>,
  clock: Pick<Clock, 'inBackground'>,
): Promise<T> {
  const later = () => clock.inBackground(prolongEveryMs, again)
  let timer = later()
  function again(): void {
    // Where that fails, nothing that depends on them is served.
    prolong().catch(() => {})
    timer = later()
  }
  return waiting.finally(() => timer.cancel())
}
