import { isDate } from 'node:util/types'
import { isPlainObject } from './plain-object.ts'

/** A result in objects of its own, for who may change what it is shown. Decimals, and whatever else a class has made, cannot be changed by mistake. */
export function copied(result: unknown): unknown {
  if (typeof result !== 'object' || result === null) return result
  if (Array.isArray(result)) return result.map(copied)
  if (isDate(result)) return new Date(result)
  if (result instanceof Uint8Array) return Uint8Array.from(result)
  if (!isPlainObject(result)) return result
  return Object.fromEntries(Object.entries(result).map(([name, value]) => [name, copied(value)]))
}
