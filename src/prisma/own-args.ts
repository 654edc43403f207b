import { isDate, isUint8Array } from 'node:util/types'
import { isDecimal } from '../core/decimal-like.ts'
import { isPlainObject } from '../core/plain-object.ts'
import { Decimal, identify } from './values.ts'

/**
 * Arguments as Prisma hands them to query hooks: a copy, so that a caller who changes them after the call changes nothing. `null` where only
 * Prisma knows what becomes of them, as of instances of classes.
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
  // Not `map`, which would keep the holes of a sparse array.
  if (Array.isArray(value)) return Array.from(value, ownValue)
  return isPlainObject(value) ? ownObject(value) : ownInstance(value)
}

function ownObject(value: Readonly<Record<string, unknown>>): unknown {
  const own: Record<string, unknown> = {}
  for (const name in value) {
    if (name === '__proto__') throw unknownValue
    own[name] = ownValue(value[name])
  }
  return own
}

function ownInstance(value: object): unknown {
  if (isDate(value)) return new Date(value)
  if (isUint8Array(value)) return value.slice()
  if (isDecimal(value)) return new Decimal(value.toFixed())
  if (identify(value) !== undefined) return value
  throw unknownValue
}
