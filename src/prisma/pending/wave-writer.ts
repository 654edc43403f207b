import type { Model } from '../../analysis/data-model.ts'
import type { Wave } from '../../analysis/pending/coalesce.ts'
import type { Step } from './fence.ts'
import type { RawClient } from './raw-client.ts'

/** Brings waves into the table of a model. */
export interface WaveWriter {
  /** Asks for what has to be known of a model, outside of the transaction. */
  prepare(model: Model): Promise<void>
  /**
   * Writes the waves, and takes the step with the last statement or after it.
   *
   * @throws what the database throws, and CacheError `WRITE_BEHIND.ROW_NOT_FOUND` and `WRITE_BEHIND.UNWRITABLE_VALUE`.
   */
  write(tx: RawClient, work: Work): Promise<void>
  /** Forgets what is known of a model, whose table may have changed. */
  forget(model: Model): void
}

export interface Work {
  readonly model: Model
  readonly waves: readonly Wave[]
  readonly step: Step
}
