import type { ColumnsOf } from '../../analysis/writes/touched.ts'
import type { Clock } from '../../core/clock.ts'
import type { ResultCodec } from '../../core/codec.ts'
import type { Report } from '../../core/events.ts'
import type { Store } from '../../core/store.ts'
import type { Applier } from './applier.ts'

export interface FlusherDeps {
  readonly store: Store
  readonly applier: Applier
  readonly codec: ResultCodec
  readonly clock: Clock
  readonly report: Report
  readonly columnsOf: ColumnsOf
  readonly namespace: string
  /** The models with accepted writes that rows of a model refer to by foreign keys. */
  readonly referencedBy: (model: string) => readonly string[]
  /** How long a lead lasts without renewal. */
  readonly leadMs: number
}

/** Somebody else leads the partition by now. */
export class LeadLost extends Error {}
