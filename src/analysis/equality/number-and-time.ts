import { isDate, isUint8Array } from 'node:util/types'
import type { Field } from '../data-model.ts'
import type { Pinner } from './pinner.ts'

type NativeType = Field['nativeType']

/** `1`, `1n` and `1.0` are one integer. */
export function integerText(value: unknown): string | undefined {
  if (typeof value === 'bigint') return String(value)
  // -0 is 0.
  return Number.isSafeInteger(value) ? String((value as number) + 0) : undefined
}

/**
 * Digits without trailing zeros: `1.50` is `1.5`. Not those of a number that may have lost some, and not more than the column
 * keeps: the database rounds what it stores. `null` for `money`, which rounds by the locale.
 *
 * Source: Prisma's default native type of `Decimal` on PostgreSQL is `decimal(65,30)`.
 */
export function decimalText(nativeType: NativeType): Pinner | null {
  if (nativeType !== null && nativeType.name !== 'Decimal') return null
  const scale = nativeType === null ? 30 : Number(nativeType.args[1] ?? Number.POSITIVE_INFINITY)
  return (value) => {
    const found = /^(-?)0*(\d+?)(?:\.(\d*?)0*)?$/.exec(digitsOf(value) ?? '')
    if (!found) return undefined
    const [, sign = '', whole = '', fraction = ''] = found
    if (fraction.length > scale) return undefined
    const digits = fraction === '' ? whole : `${whole}.${fraction}`
    return digits === '0' ? '0' : sign + digits
  }
}

function digitsOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  if (Number.isSafeInteger(value) || typeof value === 'bigint') return String(value)
  if (typeof value !== 'object' || value === null) return undefined
  // Known by what it has, as Prisma knows it: any copy of decimal.js will do.
  const { d, toFixed } = value as { readonly d?: unknown; readonly toFixed?: unknown }
  return Array.isArray(d) && typeof toFixed === 'function' ? String(toFixed.call(value)) : undefined
}

/**
 * A moment in UTC, to the day where the column keeps only that. Not text that might name fractions of a millisecond, and
 * not columns that keep less than milliseconds, or a time without a day.
 *
 * Source: Prisma's default native type of `DateTime` on PostgreSQL is `timestamp(3)`.
 */
export function dateText(nativeType: NativeType): Pinner | null {
  switch (nativeType?.name) {
    case 'Date':
      return (value) => isoText(value)?.slice(0, -'T00:00:00.000Z'.length)
    case undefined:
    case 'Timestamp':
    case 'Timestamptz':
      if (Number(nativeType?.args[0] ?? 6) < 3) return null
      return isoText
    default:
      return null
  }
}

/** As `toISOString()` writes it; text only in just that form. */
function isoText(value: unknown): string | undefined {
  const date = typeof value === 'string' ? new Date(value) : value
  if (!isDate(date) || Number.isNaN(date.getTime())) return undefined
  const text = date.toISOString()
  return typeof value === 'string' && value !== text ? undefined : text
}

export function bytesText(value: unknown): string | undefined {
  if (!isUint8Array(value)) return undefined
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')
}
