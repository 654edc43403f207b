import type { ResolvedWrite, Row } from '../../analysis/pending/pending-write.ts'
import type { UniqueLookup } from '../../analysis/unique-lookup.ts'
import type { RowEvent } from '../../analysis/writes/row-event.ts'
import type { DurabilityLevel } from '../../core/pending-store.ts'
import type { StoredModel } from '../write-through.ts'

/** A model whose writes are accepted first and brought into the database later. */
export interface PendingModel {
  readonly model: string
  readonly stored: Omit<StoredModel, 'model'>
  /** The lookups that find a row, that by its id first; empty when its id cannot be told from others surely. */
  readonly lookupsOf: (row: Row) => readonly UniqueLookup[]
  readonly eventOf: (write: ResolvedWrite) => RowEvent
  readonly batch: { readonly maxSize: number; readonly maxDelayMs: number }
  readonly partitions: number
  readonly backlogMax: number
  readonly durability: DurabilityLevel
  readonly acceptLoss: boolean
}
