import type { Field } from '../data-model.ts'
import type { Change } from './pending-write.ts'

/** What a sum depends on beside its parts. */
export interface SumContext {
  readonly provider: string
  readonly field: Field
  /** Makes a decimal of its digits. */
  readonly makeDecimal: (digits: string) => unknown
}

/**
 * `value` after the change, as the database would have it in a column of this field; `undefined` when it may come to anything else:
 * another rounding, or an error because it does not fit.
 *
 * Only of integers and decimals: with floats, the order of the additions shows.
 */
export function exactSum(context: SumContext, value: unknown, { op, value: amount }: Change): unknown {
  const { field } = context
  const sign = op === 'increment' ? 1n : op === 'decrement' ? -1n : 0n
  if (sign === 0n || field.isList) return undefined
  if (field.type === 'Int') return sumOfInts(field, value, amount, sign)
  if (field.type === 'BigInt') return sumOfBigInts(field, value, amount, sign)
  return field.type === 'Decimal' ? sumOfDecimals(context, value, amount, sign) : undefined
}

function sumOfInts({ nativeType }: Field, a: unknown, b: unknown, sign: bigint): number | undefined {
  if (!Number.isInteger(a) || !Number.isInteger(b)) return undefined
  const sum = (a as number) + Number(sign) * (b as number)
  const { min, max } = ranges.get(nativeType?.name ?? 'Integer') ?? narrowest
  return sum >= min && sum <= max ? sum : undefined
}

const int = { min: -(2 ** 31), max: 2 ** 31 - 1 }
const ranges = new Map([
  ['Integer', int],
  ['Int', int],
  ['SmallInt', { min: -(2 ** 15), max: 2 ** 15 - 1 }],
])
/** In every type that some database has: `TinyInt`, with a sign or without. */
const narrowest = { min: 0, max: 127 }

function sumOfBigInts({ nativeType }: Field, a: unknown, b: unknown, sign: bigint): bigint | undefined {
  if ((nativeType && nativeType.name !== 'BigInt') || !isInteger(a) || !isInteger(b)) return undefined
  const sum = BigInt(a) + sign * BigInt(b)
  return BigInt.asIntN(64, sum) === sum ? sum : undefined
}

function isInteger(value: unknown): value is bigint | number {
  return typeof value === 'bigint' || Number.isSafeInteger(value)
}

function sumOfDecimals({ provider, field, makeDecimal }: SumContext, a: unknown, b: unknown, sign: bigint): unknown {
  const column = columnOfDecimals(provider, field)
  const [one, other] = [digitsOf(a), digitsOf(b)]
  if (!column || !one || !other) return undefined
  const scale = Math.max(one.scale, other.scale)
  // The database would round each step.
  if (scale > column.scale) return undefined
  const sum = scaled(one, scale) + sign * scaled(other, scale)
  const digits = (sum < 0n ? -sum : sum).toString().padStart(scale + 1, '0')
  if (digits.length - scale > column.precision - column.scale) return undefined
  const point = digits.length - scale
  return makeDecimal(`${sum < 0n ? '-' : ''}${digits.slice(0, point)}${scale > 0 ? `.${digits.slice(point)}` : ''}`)
}

interface Digits {
  readonly units: bigint
  readonly scale: number
}

function scaled({ units, scale }: Digits, to: number): bigint {
  return units * 10n ** BigInt(to - scale)
}

/** `undefined` for `NaN` and infinities. */
function digitsOf(value: unknown): Digits | undefined {
  const found = /^(-?\d+)(?:\.(\d+))?$/.exec(plainDigits(value))
  if (!found) return undefined
  const [, whole = '', fraction = ''] = found
  return { units: BigInt(whole + fraction), scale: fraction.length }
}

/** Without an exponent, where the value can do that. */
function plainDigits(value: unknown): string {
  const { toFixed } = Object(value) as { readonly toFixed?: unknown }
  return typeof value === 'object' && typeof toFixed === 'function' ? toFixed.call(value) : String(value)
}

/**
 * How many digits a column keeps; `null` when it does not keep them as they are, or this is not known.
 *
 * Source: the default types of Prisma's connectors, https://www.prisma.io/docs/orm/reference/prisma-schema-reference#decimal
 */
function columnOfDecimals(
  provider: string,
  { nativeType }: Field,
): { readonly precision: number; readonly scale: number } | null {
  if (provider === 'sqlite') return null
  if (nativeType === null) return provider === 'sqlserver' ? { precision: 32, scale: 16 } : { precision: 65, scale: 30 }
  if (!/^(Decimal|Numeric)$/.test(nativeType.name) || nativeType.args.length === 0) return null
  return { precision: Number(nativeType.args[0]), scale: Number(nativeType.args[1] ?? 0) }
}
