import { isDate, isUint8Array } from 'node:util/types'
import { isDecimal } from '../core/decimal-like.ts'
import { isPlainObject } from '../core/plain-object.ts'
import { Decimal, identify } from './values.ts'

/**
 * A copy of arguments, so that a caller who changes them after the call changes nothing: what is stored must be what was asked for. `null`
 * where only Prisma knows what becomes of them, as of instances of classes.
 */
export function ownArgs(args: object): unknown {
  try {
    return ownValue(args)
  } catch (error) {
    if (error === unknownValue) return null
    throw error
  }
}

const unknownValue = new Error('Prisma shall copy it.')

function ownValue(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return ownArray(value)
  return isPlainObject(value) ? ownObject(value) : ownInstance(value)
}

/** By index: as long as it says, without the holes of a sparse one, and whatever its iterator does. */
function ownArray(value: readonly unknown[]): unknown {
  const own: unknown[] = []
  for (let i = 0; i < value.length; i += 1) own.push(ownValue(value[i]))
  return own
}

function ownObject(value: Readonly<Record<string, unknown>>): unknown {
  // Prisma takes it for what it says it is.
  if (Symbol.toStringTag in value) throw unknownValue
  const own: Record<string, unknown> = {}
  for (const name in value) {
    if (name === '__proto__') throw unknownValue
    own[name] = ownValue(value[name])
  }
  return own
}

function ownInstance(value: object): unknown {
  if (isDate(value)) return new Date(value)
  // The `slice` of a `Buffer` is a view of the same bytes.
  if (isUint8Array(value)) return Uint8Array.prototype.slice.call(value)
  if (isDecimal(value)) return new Decimal(value.toFixed())
  if (identify(value) !== undefined) return value
  throw unknownValue
}
