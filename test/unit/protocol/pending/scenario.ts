import type { Follows } from './rules.ts'
import type { Budget, State } from './state.ts'

export type Fault =
  | 'entry'
  | 'guard'
  | 'root'
  /** The stamp of the lists. */
  | 'list'
  | 'marker'
  /** A replica or a restored dump takes over: the latest is lost. */
  | 'failover'

export interface WriterSpec {
  readonly kind: 'update' | 'create' | 'synchronous'
  readonly row: number
  /** The database refuses it. */
  readonly isPoison?: boolean
  /** What a synchronous write removes: the guard of its row, or what it cannot name. */
  readonly touches?: 'value' | 'shape' | 'root'
  /** Begins only when this writer is done. */
  readonly after?: number
}

/** Who takes part, and what may go wrong how often. Anything may happen at any time. */
export interface Scenario {
  readonly rows: number
  readonly writers: readonly WriterSpec[]
  readonly readers: readonly ('of the row' | 'of the list')[]
  readonly flushers: number
  /** How many writes a flusher reads at a time. */
  readonly batchMax: number
  readonly faults: readonly Fault[]
  readonly budget: Budget
}

export interface World {
  readonly scenario: Scenario
  readonly follows: Follows
}

/** Adds a step: its name, and what it changes. A text that comes back says what is wrong. */
export type Go = (label: string, change: (draft: State) => string | undefined) => void

export const nothing: Budget = {
  ...{ expiries: 0, crashes: 0, faults: 0, copies: 0, resends: 0, unknowns: 0, mends: 0, retries: 0, discards: 0 },
}

export function scenario(parts: Partial<Omit<Scenario, 'budget'>> & { readonly budget?: Partial<Budget> }): Scenario {
  return {
    rows: 1,
    writers: [update],
    readers: [],
    flushers: 1,
    batchMax: 3,
    faults: [],
    ...parts,
    budget: { ...nothing, ...parts.budget },
  }
}

export const update: WriterSpec = { kind: 'update', row: 0 }
