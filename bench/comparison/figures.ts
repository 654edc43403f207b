import { median, percentile } from '../shared/statistics.ts'
import type { Measured, Slice } from './measure.ts'

/** Figures by case (`findUnique, 1 in flight`), and within it by way (`plugin on Redis`). */
export type Figures = Readonly<Record<string, CaseFigures>>
export type CaseFigures = Readonly<Record<string, Figure>>

/** What one way needs in one case. */
export interface Figure {
  /** Of all calls. */
  readonly p50Us: number
  readonly p99Us: number
  /** The median of the rounds. */
  readonly perSecond: number
  readonly calls: number
  readonly rounds: RoundFigures
  /** Why these are not the figures of this case: `3 hits missed`, `throws: ...`; `null` when they are. */
  readonly fault: string | null
}

/** One number per round. */
export interface RoundFigures {
  /** The medians of the calls. */
  readonly p50Us: readonly number[]
  readonly perSecond: readonly number[]
}

export function figureOf({ slices, failure }: Measured, faultOf: (slices: readonly Slice[]) => string | null): Figure {
  const latenciesUs = slices.flatMap((slice) => slice.latenciesMs.map((ms) => ms * 1000))
  const rounds = {
    p50Us: slices.map((slice) => rounded(median(slice.latenciesMs) * 1000)),
    perSecond: slices.map((slice) => rounded(slice.latenciesMs.length / slice.seconds)),
  }
  return {
    p50Us: rounded(median(latenciesUs)),
    p99Us: rounded(percentile(latenciesUs, 0.99)),
    perSecond: rounded(median(rounds.perSecond)),
    calls: latenciesUs.length,
    rounds,
    fault: failure === undefined ? faultOf(slices) : `throws: ${lastLine(failure)}`,
  }
}

/** The figure of a way that could not even be opened. */
export function noFigure(fault: string): Figure {
  return { p50Us: 0, p99Us: 0, perSecond: 0, calls: 0, rounds: { p50Us: [], perSecond: [] }, fault }
}

/** What an error says, in its last line that is not empty: Prisma begins with the code around the call. */
export function lastLine(error: unknown): string {
  const lines = (error instanceof Error ? error.message : String(error))
    .split('\n')
    .filter((line) => line.trim() !== '')
  return lines.at(-1)?.trim() ?? 'no message'
}

/** Hundredths are enough, and keep the committed results short. */
function rounded(value: number): number {
  return Math.round(value * 100) / 100
}
