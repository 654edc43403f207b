import type { Figure } from '../../../bench/comparison/figures.ts'

/** What a way needed in rounds with these medians, one call at a time or as many as fit into a second. */
export function figure(
  p50Us: readonly number[],
  perSecond = p50Us.map((us) => 1e6 / us),
  fault: string | null = null,
): Figure {
  return { p50Us: p50Us[0] ?? 0, p99Us: 0, perSecond: perSecond[0] ?? 0, calls: 1, rounds: { p50Us, perSecond }, fault }
}
