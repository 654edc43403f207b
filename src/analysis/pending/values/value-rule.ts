import type { Field } from '../../data-model.ts'
import type { Arithmetic } from '../pending-write.ts'

export type NativeType = Field['nativeType']

/** A value that was accepted: as a pending write has it, and as Prisma returns it. They differ only for Json. */
export interface Taken {
  readonly stored: unknown
  readonly returned: unknown
}

/** What becomes of the values of one field, never of `null`. */
export interface ValueRule {
  /** A value of its own, that shares nothing with the one given; `undefined` unless it is surely valid. */
  readonly take: (given: unknown) => Taken | undefined
  /** The text of a default that the schema names, as a value to take; `undefined` where it is not certain what it means. */
  readonly ofDefault?: (written: unknown) => Taken | undefined
  /** Only of numbers: what the database computes; `undefined` where that is an error, or rounded. */
  readonly compute?: (op: Arithmetic, base: unknown, operand: unknown) => unknown
  /** Only of what can be changed in place. */
  readonly copy?: (returned: unknown) => unknown
}

/** A rule for values that are returned as they are written. */
export function simpleRule(accept: (given: unknown) => unknown, others: Omit<ValueRule, 'take'> = {}): ValueRule {
  return {
    take(given) {
      const value = accept(given)
      return value === undefined ? undefined : { stored: value, returned: value }
    },
    ...others,
  }
}

/**
 * The longest text, in bytes, that is accepted for a column of an index.
 *
 * PostgreSQL refuses what leaves an entry of a B-tree over 2,704 bytes; this many leave room for five such columns.
 * Source: https://www.postgresql.org/docs/current/btree.html#BTREE-LIMITS
 */
export const indexedBytesMax = 512

export function fitsIndex({ isIndexed }: Field, text: string): boolean {
  // Three bytes per unit of UTF-16 at most.
  return !isIndexed || text.length * 3 <= indexedBytesMax || Buffer.byteLength(text) <= indexedBytesMax
}

/** PostgreSQL knows no NUL in text, and a lone surrogate would be replaced on the way. */
export function isStorableText(text: string): boolean {
  return !/[\0\p{Surrogate}]/u.test(text)
}

/** Prisma keeps all digits of a number on some ways to the database, and no more than these on others (seen on client 7.10). */
export function isShort(value: number): boolean {
  return Number(value.toPrecision(15)) === value
}
