import type { Changes, Row } from '../../analysis/pending/pending-write.ts'
import type { UniqueLookup } from '../../analysis/unique-lookup.ts'
import type { DurabilityLevel } from '../../core/pending-store.ts'
import type { Pin } from '../../core/tags.ts'
import type { StoredModel } from '../write-through.ts'

/** A model whose writes are accepted first and brought into the database later. */
export interface PendingModel {
  readonly model: string
  readonly stored: Omit<StoredModel, 'model'>
  /** The lookups that find a row, that by its id first; empty when its id cannot be told from others surely. */
  readonly lookupsOf: (row: Row) => readonly UniqueLookup[]
  /** Of these fields; `telling`: of those that queries are likely to pin, all keys among them. What cannot be told surely is left out. */
  readonly pinsOf: (row: Row, fields: readonly string[] | 'telling' | 'all') => Pins
  readonly columnOf: (field: string) => string
  /** Whether any of the fields is one of those that tell. */
  readonly tells: (changes: Changes) => boolean
  readonly batch: { readonly maxSize: number; readonly maxDelayMs: number }
  readonly partitions: number
  readonly backlogMax: number
  readonly durability: DurabilityLevel
  readonly acceptLoss: boolean
}

/** Columns with their values. */
export type Pins = readonly (readonly [column: string, pin: Pin])[]
