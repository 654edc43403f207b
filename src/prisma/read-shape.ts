import type { ReadAnalysis } from '../analysis/reads/read-analysis.ts'
import type { StampTag } from '../core/store.ts'
import type { MissStreak } from '../strategies/miss-streak.ts'

/** What is known of a read that does not depend on the values that it asks for. */
export interface ReadShape {
  /** With parameters in the place of pins. */
  readonly read: Extract<ReadAnalysis, { kind: 'known' }>
  readonly marks: readonly StampTag[]
  /** Every model read. */
  readonly models: readonly string[]
  /** What goes into the key beside the call. */
  readonly fingerprint: string
  readonly misses: MissStreak
  /** What reads must have in common to change, and be read, alike. */
  readonly name: string
}
