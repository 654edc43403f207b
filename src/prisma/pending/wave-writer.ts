import type { Model } from '../../analysis/data-model.ts'
import type { Wave } from '../../analysis/pending/coalesce.ts'
import type { Condition, Step } from './fence.ts'
import type { RawClient } from './raw-client.ts'

/** Brings waves into the tables of models. */
export interface WaveWriter {
  /** Asks for what has to be known of a model, outside of any transaction. */
  prepare(model: Model): Promise<ModelWriter>
  /** Forgets what is known of a model, whose table may have changed. */
  forget(model: Model): void
}

export interface ModelWriter {
  /** @throws CacheError `WRITE_BEHIND.UNWRITABLE_VALUE`. */
  plan(waves: readonly Wave[]): WavePlan
}

/** Waves, ready to be written. Its methods throw what the database throws, and CacheError `WRITE_BEHIND.ROW_NOT_FOUND`. */
export interface WavePlan {
  /** Takes the step with the last statement or after it. */
  write(tx: RawClient, step: Step): Promise<void>
  /**
   * In one statement that is a transaction of its own: all of it if the condition holds, else nothing. `null` where it takes several.
   *
   * @returns whether the condition held. A rejection does not say what is wrong with which row: {@link write} does.
   */
  readonly writeIf: ((client: RawClient, condition: Condition) => Promise<boolean>) | null
}
