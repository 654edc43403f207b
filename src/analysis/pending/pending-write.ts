import type { UniqueLookup } from '../unique-lookup.ts'

/** The fields of a row that have columns, by name, as Prisma returns them. */
export type Row = Readonly<Record<string, unknown>>

/**
 * A write that was accepted and is not in the database yet: what it does to one row.
 *
 * Values are those that Prisma returns (`Date`, `Decimal`, `bigint`, `Uint8Array`), except of Json fields: there they are text, and
 * `null` is the NULL of the database, while `'null'` is that of JSON.
 */
export type PendingWrite =
  /** `row` lacks the fields that are left to the database. */
  | { readonly kind: 'create'; readonly row: Row }
  | { readonly kind: 'update'; readonly id: Row; readonly changes: Changes }
  | { readonly kind: 'delete'; readonly id: Row }

/** By field. */
export type Changes = Readonly<Record<string, Change>>

export type Change =
  | { readonly op: 'set' | Arithmetic; readonly value: unknown }
  | { readonly op: 'push'; readonly value: readonly unknown[] }

export type Arithmetic = 'increment' | 'decrement' | 'multiply' | 'divide'

/** A write on a model that may be accepted, understood as far as its arguments tell. */
export interface Acceptable {
  /** The row that has to be known first; `null` for one that only creates. */
  readonly lookup: UniqueLookup | null
  /** Whether it is about several rows, all of which are written or none. */
  readonly isWhole: boolean
  /** How many integers it needs of the sequence of the id, at most. */
  readonly idsNeeded: number
  /** @param base the row of {@link lookup} as it is, `null` if there is none. Pure, but for the ids that it makes. */
  readonly resolve: (base: Row | null, generated: Generated) => Resolved
  /** What the caller gets: the fields that it asked for, or how many rows there are. */
  readonly result: (writes: readonly ResolvedWrite[]) => unknown
}

/** What only the moment of acceptance tells. */
export interface Generated {
  readonly now: Date
  /** As many as were asked for. */
  readonly ids: readonly bigint[]
}

/** `synchronous`: only the database can say what becomes of it, or that it is wrong. The reason in a line. */
export type Resolved =
  | { readonly kind: 'accepted'; readonly writes: readonly ResolvedWrite[] }
  | { readonly kind: 'synchronous'; readonly reason: string }

/** A write, and its row before and after. */
export interface ResolvedWrite {
  readonly write: PendingWrite
  readonly before: Row | null
  readonly after: Row | null
}
