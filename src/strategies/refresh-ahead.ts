import type { RefreshAhead } from '../core/config.ts'

/** A fresh entry, in milliseconds. */
export interface Freshness {
  /** How long it is fresh in all. */
  readonly freshMs: number
  readonly ageMs: number
  /** How long the database took for it; 0 when that is not known. */
  readonly loadMs: number
}

/**
 * Whether a hit has its entry loaded again before its time is over.
 *
 * XFetch: at random, with a probability that grows so that an entry which takes long to load, and is asked for often, is nearly always there
 * again in time. `loadMs * beta * -ln(random)` is the time before the end at which this hit would load it.
 * Source: Vattani, Chierichetti, Lowenstein, "Optimal Probabilistic Cache Stampede Prevention", VLDB 2015, algorithm 3.
 *
 * @param random between 0 and 1
 */
export function isDue(
  { freshMs, ageMs, loadMs }: Freshness,
  refreshAhead: RefreshAhead | null,
  random: () => number,
): boolean {
  if (refreshAhead === null) return false
  if (refreshAhead.kind === 'threshold') return ageMs >= refreshAhead.part * freshMs
  return loadMs > 0 && -Math.log(random()) * refreshAhead.beta * loadMs >= freshMs - ageMs
}
