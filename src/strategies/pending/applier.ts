import type { PendingWrite } from '../../analysis/pending/pending-write.ts'
import type { Position } from '../../core/stream-position.ts'

export interface PlacedWrite {
  readonly position: Position
  /** May be decoded each time. @throws CacheError `CODEC.UNDECODABLE`. */
  readonly write: PendingWrite
}

/** Writes of one model, to be applied together. */
export interface ApplyBatch {
  readonly model: string
  /** Names the partition of the model; one flusher at a time may apply to it. */
  readonly partition: string
  /** Names the life of the stream: positions of another one mean nothing. */
  readonly stream: string
  /** What {@link Applier.claim} gave. */
  readonly epoch: bigint
  /** In the order of acceptance. */
  readonly writes: readonly PlacedWrite[]
  /** Up to here everything counts as applied afterwards; at or after the last write. */
  readonly upTo: Position
}

/**
 * Brings accepted writes into the database, each exactly once.
 *
 * A batch is one transaction, in which the fence of its partition is locked, compared and moved: who was replaced meanwhile applies
 * nothing (`fenced`), and what was applied before is left out.
 */
export interface Applier {
  /**
   * Makes the caller the only one who may apply to the partition; waits for a batch of its predecessor that is under way.
   *
   * @returns its epoch, above every earlier one.
   * @throws CacheError `WRITE_BEHIND.NO_TABLE` where the database lacks the table of the fences.
   */
  claim(partition: string): Promise<bigint>
  /**
   * Does what {@link apply} of the same list of writes would begin with, for it comes while the database works on the batch before. Never
   * rejects; what is wrong with the writes, that says.
   */
  prepare(batch: Pick<ApplyBatch, 'model' | 'writes'>): Promise<void>
  /**
   * Rejects with the error of the database when nothing of the batch was applied, or when that is not known. Where it may yet be applied, the
   * next call is `fenced`: a new epoch makes sure that it is not.
   */
  apply(batch: ApplyBatch): Promise<'applied' | 'fenced'>
  /**
   * A name that no other database has, kept in the table of the fences.
   *
   * @throws CacheError `WRITE_BEHIND.NO_TABLE` where the database lacks that.
   */
  database(): Promise<string>
  /** Of a refusal: what may be told and kept, without values of rows. */
  describe(error: unknown): { readonly code: string; readonly message: string }
  /** Whether the same batch may well succeed later (connection, deadlock, time), or the database refuses what it says. */
  isTransient(error: unknown): boolean
}
