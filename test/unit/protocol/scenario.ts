import type { Follows } from './rules.ts'
import type { Budget, State, Writer } from './state.ts'

export type Fault =
  | 'entry'
  | 'model'
  | 'value'
  /** A shape that was not used for long is forgotten. */
  | 'shape'
  | 'intents'
  | 'mark'
  | 'user-tag'
  /** FLUSHALL, or an eviction of everything. */
  | 'all'
  /** A server without data takes over. */
  | 'restart'
  /** A replica or a restored dump takes over. */
  | 'failover'
  /** A server without data takes the place of another one, which goes on and is back later. */
  | 'detour'

/** What a write removes. */
export type Touched = 'root' | 'shape' | 'value' | 'row'

export interface WriterSpec {
  readonly process: number
  readonly kind: Writer['kind']
  /** Whether it stores the row that it wrote, and what it holds for that: the stamp of the value, or the mark if it does not know it. */
  readonly stores?: 'by value' | 'by mark'
  /** Default: as the scenario says. */
  readonly touches?: readonly Touched[]
  /** Its statement is possible only after this writer's: it takes the place of what that one removed, or changes what it made. */
  readonly after?: number
  /** A transaction that may write the row once more, and take that back. */
  readonly writesAgain?: boolean
}

/** Who takes part, and what may go wrong how often. Anything may happen at any time. */
export interface Scenario {
  /** The process of each reader. */
  readonly readers: readonly number[]
  readonly writers: readonly WriterSpec[]
  /** What a write removes; which it is depends on how much of the row is known. */
  readonly touches: 'value' | 'shape' | 'root'
  readonly faults: readonly Fault[]
  readonly budget: Budget
  /** With sweepers there is time: intents expire. The first one is always on time. */
  readonly sweepers: number
  /** What the others do. */
  readonly otherSweepers: 'are slow' | 'die'
  /** Tags that only the result tells: those that users name, or the values of related rows. */
  readonly late: 'none' | 'user' | 'rows'
  readonly hasRefresh: boolean
  /** As it may happen on a cluster, where commands go different ways. */
  readonly readsStampsFirst: boolean
  /** Where it is about what writers and sweepers do between reads: a read is one step. */
  readonly readsAtOnce: boolean
}

export interface World {
  readonly scenario: Scenario
  readonly follows: Follows
}

/** Adds a step: its name, and what it changes. A text that comes back says what is wrong. */
export type Go = (label: string, change: (draft: State) => string | undefined) => void

export const nothing = { crashes: 0, failures: 0, unknowns: 0, faults: 0, copies: 0 } as const

export function scenario(parts: Partial<Scenario>): Scenario {
  return {
    readers: [0],
    writers: [{ process: 1, kind: 'write' }],
    touches: 'value',
    faults: [],
    budget: nothing,
    sweepers: 0,
    otherSweepers: 'are slow',
    late: 'none',
    hasRefresh: false,
    readsStampsFirst: false,
    readsAtOnce: false,
    ...parts,
  }
}
