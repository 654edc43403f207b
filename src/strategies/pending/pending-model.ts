import type { ResolvedWrite, Row } from '../../analysis/pending/pending-write.ts'
import type { UniqueLookup } from '../../analysis/unique-lookup.ts'
import type { DurabilityLevel } from '../../core/pending-store.ts'
import type { Pin } from '../../core/tags.ts'
import type { StoredModel } from '../write-through.ts'

/** A model whose writes are accepted first and brought into the database later. */
export interface PendingModel {
  readonly model: string
  readonly stored: Omit<StoredModel, 'model'>
  /**
   * The lookups that find a row, that by its id first; empty when its id cannot be told from others surely. The same objects as long as
   * writes leave the keys as they are.
   */
  readonly lookupsOf: (row: Row) => readonly UniqueLookup[]
  /** To be told of each write, before the row that it leaves is asked about. */
  readonly follow: (write: ResolvedWrite) => void
  readonly touchedBy: (write: ResolvedWrite) => TouchedColumns
  readonly batch: { readonly maxSize: number; readonly maxDelayMs: number }
  readonly partitions: number
  readonly backlogMax: number
  readonly durability: DurabilityLevel
  readonly acceptLoss: boolean
}

export type Pins = readonly (readonly [column: string, pin: Pin])[]

/** What queries have to know of a write, as columns and their values. */
export interface TouchedColumns {
  /** What the row held in columns that queries are likely to pin; of a create, what it holds. */
  readonly known: Pins
  /** `all` for a create and a delete. */
  readonly changed: 'all' | readonly string[]
  /** Of an update: what the changed columns held before, and hold after. */
  readonly before: Pins
  readonly after: Pins
}
