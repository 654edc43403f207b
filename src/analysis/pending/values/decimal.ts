import type { DecimalClass } from '../../../core/codec/rules.ts'
import { isDecimal } from '../../../core/decimal-like.ts'
import type { Arithmetic } from '../pending-write.ts'
import { isShort, type NativeType, simpleRule, type ValueRule } from './value-rule.ts'

/**
 * `numeric(p, s)`, exact or not at all: what the column would round is not accepted.
 *
 * Computed in integers, because the class of decimals rounds to the digits that it was configured with.
 *
 * Source: Prisma's default native type of `Decimal` on PostgreSQL is `decimal(65,30)`.
 */
export function decimalRule(nativeType: NativeType, Decimal: DecimalClass): ValueRule | null {
  if (nativeType !== null && (nativeType.name !== 'Decimal' || nativeType.args.length !== 2)) return null
  const [precision, scale] = (nativeType?.args ?? ['65', '30']).map(Number) as [number, number]
  const limit = 10n ** BigInt(precision)

  const inColumn = (exact: Exact | undefined) => {
    const reduced = exact && withScale(exact, scale)
    if (reduced === undefined || reduced >= limit || reduced <= -limit) return undefined
    return new Decimal(write({ units: reduced, scale }))
  }
  return simpleRule((given) => inColumn(read(given)), {
    compute(op, base, operand) {
      const [left, right] = [read(base), read(operand)]
      return left && right && inColumn(compute(op, left, right, scale))
    },
  })
}

/** `units / 10^scale`. */
interface Exact {
  readonly units: bigint
  readonly scale: number
}

function read(given: unknown): Exact | undefined {
  const [, whole, fraction = ''] = /^(-?\d+)(?:\.(\d+))?$/.exec(textOf(given) ?? '') ?? []
  if (whole === undefined || whole.length + fraction.length > digitsMax) return undefined
  return { units: BigInt(whole + fraction), scale: fraction.length }
}

/** Longer than any column of Prisma's default, and short enough to compute with. */
const digitsMax = 1000

function textOf(given: unknown): string | undefined {
  if (typeof given === 'string') return given
  // More digits than these are rounded on the way. Exponents do not pass as text.
  if (typeof given === 'number') return isShort(given) ? String(given + 0) : undefined
  if (typeof given !== 'object' || given === null) return undefined
  return isDecimal(given) && Math.abs(given.e) < digitsMax ? given.toFixed() : undefined
}

function write({ units, scale }: Exact): string {
  const digits = String(units < 0n ? -units : units).padStart(scale + 1, '0')
  const split = digits.length - scale
  return `${units < 0n ? '-' : ''}${digits.slice(0, split)}${scale > 0 ? `.${digits.slice(split)}` : ''}`
}

/** The units at another scale; `undefined` if digits would be lost. */
function withScale({ units, scale }: Exact, wanted: number): bigint | undefined {
  if (scale <= wanted) return units * 10n ** BigInt(wanted - scale)
  const divisor = 10n ** BigInt(scale - wanted)
  return units % divisor === 0n ? units / divisor : undefined
}

function compute(op: Arithmetic, left: Exact, right: Exact, scale: number): Exact | undefined {
  if (op === 'multiply') return { units: left.units * right.units, scale: left.scale + right.scale }
  if (op === 'divide') return divide(left, right, scale)
  const common = Math.max(left.scale, right.scale)
  const [a, b] = [withScale(left, common)!, withScale(right, common)!]
  return { units: op === 'increment' ? a + b : a - b, scale: common }
}

/** The quotient, if it ends within the scale: PostgreSQL computes at least that many digits. */
function divide(left: Exact, right: Exact, scale: number): Exact | undefined {
  if (right.units === 0n) return undefined
  const dividend = left.units * 10n ** BigInt(right.scale + scale)
  const divisor = right.units * 10n ** BigInt(left.scale)
  return dividend % divisor === 0n ? { units: dividend / divisor, scale } : undefined
}
