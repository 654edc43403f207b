import type { LoadedRows, ReadPlan } from '../strategies/read-plan.ts'

/** A read, planned: good for every call whose arguments mean the same. */
export interface ReadPlanned {
  readonly kind: 'plan'
  /** For a call with these arguments, which functions of the user are told of. */
  readonly planFor: (args: unknown) => ReadPlan
  /** The arguments to load with; they also ask for the keys by which related rows are known. */
  readonly widened: (args: unknown) => unknown
  /** What a load brought, and the tags that it tells. */
  readonly loaded: (result: unknown) => LoadedRows
  /** What the caller asked for, of what is stored. */
  readonly shown: (result: unknown) => unknown
  /** Whether what is stored is a row, which answers other queries too. */
  readonly isRow: boolean
}
