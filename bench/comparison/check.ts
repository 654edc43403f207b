import { median, percentile } from '../shared/statistics.ts'
import type { Ratio } from './targets.ts'

export interface Worse {
  readonly name: string
  /** The median of this run. */
  readonly now: number
  /** The median of the committed rounds. */
  readonly before: number
  /** What `now` should not have passed. */
  readonly bound: number
}

/**
 * The ratios that are worse than committed ones: by more than the tolerance beyond all but a tenth of the committed rounds, as the
 * last tenth is what disturbed the machine. What either run has not measured is left out. Times are never compared: they are of
 * one machine.
 *
 * @param tolerance 0.15 for 15 %
 */
export function worseThan(committed: readonly Ratio[], ratios: readonly Ratio[], tolerance: number): readonly Worse[] {
  const before = new Map(committed.map((ratio) => [ratio.name, ratio.perRound]))
  return ratios.flatMap(({ name, perRound, better }) => {
    const rounds = before.get(name) ?? []
    if (rounds.length === 0 || perRound.length === 0) return []
    const now = median(perRound)
    const edge = percentile(rounds, better === 'less' ? 0.9 : 0.1)
    const slack = Math.abs(edge) * tolerance
    const bound = better === 'less' ? edge + slack : edge - slack
    const isWorse = better === 'less' ? now > bound : now < bound
    return isWorse ? [{ name, now, before: median(rounds), bound }] : []
  })
}
