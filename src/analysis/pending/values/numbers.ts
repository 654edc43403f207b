import type { Field } from '../../data-model.ts'
import type { Arithmetic } from '../pending-write.ts'
import { isShort, type NativeType, simpleRule, type ValueRule } from './value-rule.ts'

/** `int2` and `int4`. Not `oid`, which has no sign. */
export function intRule(nativeType: NativeType): ValueRule | null {
  const bits = nativeType === null || nativeType.name === 'Integer' ? 32 : nativeType.name === 'SmallInt' ? 16 : null
  if (bits === null) return null
  const max = 2 ** (bits - 1) - 1
  // -0 is 0.
  const accept = (value: unknown) => (isInteger(value) && value >= -max - 1 && value <= max ? value + 0 : undefined)
  return simpleRule(accept, {
    compute(op, base, operand) {
      if (typeof base !== 'number' || typeof operand !== 'number') return undefined
      // Products beyond 2^53 are not exact, and far out of range. Division truncates.
      const result = computeFloat(op, base, operand)
      return accept(Math.trunc(result))
    },
  })
}

function isInteger(value: unknown): value is number {
  return Number.isInteger(value)
}

const bigIntMax = 2n ** 63n - 1n

export function bigIntRule(nativeType: NativeType): ValueRule | null {
  if (nativeType !== null && nativeType.name !== 'BigInt') return null
  const inRange = (value: bigint) => (value >= -bigIntMax - 1n && value <= bigIntMax ? value : undefined)
  return simpleRule(
    (value) => {
      if (typeof value === 'bigint') return inRange(value)
      return Number.isSafeInteger(value) ? BigInt(value as number) : undefined
    },
    {
      ofDefault(written) {
        if (typeof written !== 'string' || !/^-?\d+$/.test(written)) return undefined
        const value = inRange(BigInt(written))
        return value === undefined ? undefined : { stored: value, returned: value }
      },
      compute(op, base, operand) {
        if (typeof base !== 'bigint' || typeof operand !== 'bigint') return undefined
        if (op === 'divide' && operand === 0n) return undefined
        return inRange(computeBigInt(op, base, operand))
      },
    },
  )
}

/** Exact on both sides; division truncates toward zero. */
function computeBigInt(op: Arithmetic, base: bigint, operand: bigint): bigint {
  switch (op) {
    case 'increment':
      return base + operand
    case 'decrement':
      return base - operand
    case 'multiply':
      return base * operand
    case 'divide':
      return base / operand
  }
}

/** `float8`. A `float4` is rounded in ways that are its own. */
export function floatRule({ nativeType, isList }: Field): ValueRule | null {
  if (nativeType !== null && nativeType.name !== 'DoublePrecision') return null
  const accept = (given: unknown) => {
    const value = finite(given)
    const mayLoseDigits = isList || Number.isInteger(value)
    return value !== undefined && mayLoseDigits && !isShort(value) ? undefined : value
  }
  return simpleRule(accept, {
    compute(op, base, operand) {
      if (finite(base) === undefined || finite(operand) === undefined) return undefined
      const result = finite(computeFloat(op, base as number, operand as number))
      // What becomes zero only because it is too small is an error to PostgreSQL.
      const isUnderflow = result === 0 && base !== 0 && (op === 'divide' || (op === 'multiply' && operand !== 0))
      return isUnderflow ? undefined : result
    },
  })
}

/** The driver loses the sign of zero. */
function finite(value: unknown): number | undefined {
  return Number.isFinite(value) && !Object.is(value, -0) ? (value as number) : undefined
}

function computeFloat(op: Arithmetic, base: number, operand: number): number {
  switch (op) {
    case 'increment':
      return base + operand
    case 'decrement':
      return base - operand
    case 'multiply':
      return base * operand
    case 'divide':
      return base / operand
  }
}
