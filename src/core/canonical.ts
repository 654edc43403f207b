import { isDate, isUint8Array } from 'node:util/types'
import { isDecimal } from './decimal-like.ts'
import { CacheError } from './errors.ts'
import { isPlainObject } from './plain-object.ts'

export interface CanonicalOptions {
  /**
   * Keeps object keys whose value is `undefined`, for clients where `undefined` is an error. Default: they are dropped, but in an `omit`, where
   * `undefined` goes before what the client omits by itself.
   */
  readonly keepUndefined?: boolean
  /** Names objects that are neither plain nor data, such as `Prisma.DbNull`; equal names mean equal objects. */
  readonly identify?: (value: object) => string | undefined
}

/**
 * A text that is equal for two values if and only if they mean the same to a query.
 *
 * Every value begins with a character that tells its type: `#1` is a number, `i1` a bigint, `"1"` a string, `d:` a date,
 * `m"1"` a decimal, `b:` bytes, `o` a named object, `j` what `toJSON()` returned. The order of keys does not matter; that of
 * items does. -0 is 0, and a `Buffer` is any other `Uint8Array`.
 *
 * @example canonical({ take: 1, where: { id: 2n } }) // {"take":#1,"where":{"id":i2}}
 * @throws CacheError `KEY.UNSUPPORTED_VALUE` for functions, symbols, unnamed class instances, invalid dates, cycles, and more
 * than 64 levels.
 */
export function canonical(value: unknown, options: CanonicalOptions = {}): string {
  return canonicalItem(value, options, null)
}

const depthMax = 64

function canonicalPrimitive(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value)
    case 'number':
      return `#${value}`
    case 'bigint':
      return `i${value}`
    case 'boolean':
      return value ? 't' : 'f'
    case 'undefined':
      return 'u'
    default:
      throw unsupported(`a ${typeof value}`)
  }
}

/** The objects around a value, innermost first. */
interface Ancestors {
  readonly object: object
  readonly levels: number
  readonly outer: Ancestors | null
}

function canonicalItem(value: unknown, options: CanonicalOptions, ancestors: Ancestors | null): string {
  if (typeof value !== 'object') return canonicalPrimitive(value)
  return value === null ? 'n' : canonicalObject(value, options, ancestors)
}

function canonicalObject(value: object, options: CanonicalOptions, ancestors: Ancestors | null): string {
  if (isDate(value)) return canonicalDate(value)
  for (let outer = ancestors; outer; outer = outer.outer) if (outer.object === value) throw unsupported('a cycle')
  const levels = (ancestors?.levels ?? 0) + 1
  if (levels > depthMax) throw unsupported(`more than ${depthMax} levels`)
  const within: Ancestors = { object: value, levels, outer: ancestors }
  // Not `map`, which skips the holes of a sparse array: `[,1]` and `[1]` must differ.
  if (Array.isArray(value)) return `[${Array.from(value, (item) => canonicalItem(item, options, within)).join(',')}]`
  if (isUint8Array(value))
    return `b:${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')}`
  if (isDecimal(value)) return `m${JSON.stringify(value.toFixed())}`

  const plain = isPlainObject(value)
  const name = plain ? undefined : options.identify?.(value)
  if (name !== undefined) return `o${JSON.stringify(name)}`
  if ('toJSON' in value && typeof value.toJSON === 'function') {
    return `j${canonicalItem(value.toJSON(), options, within)}`
  }
  if (!plain) throw unsupported(`an instance of ${value.constructor?.name || 'a class'}`)
  return canonicalPlain(value, options, within)
}

function canonicalPlain(value: object, options: CanonicalOptions, within: Ancestors): string {
  const entries = value as Readonly<Record<string, unknown>>
  const keys = Object.keys(entries)
  if (keys.length > 1) keys.sort()
  let text = ''
  for (const key of keys) {
    const item = entries[key]
    if (item === undefined && !options.keepUndefined) continue
    const inner = key === 'omit' ? { ...options, keepUndefined: true } : options
    text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${canonicalItem(item, inner, within)}`
  }
  return `{${text}}`
}

function canonicalDate(date: Date): string {
  if (Number.isNaN(date.getTime())) throw unsupported('an invalid date')
  return `d:${date.toISOString()}`
}

function unsupported(what: string): CacheError {
  return new CacheError('KEY.UNSUPPORTED_VALUE', `The arguments hold ${what}, which cannot be part of a key.`)
}
