import { isPlainJson } from './plain-json.ts'
import type { ValueKind } from './result-types.ts'
import { bytesRule, type DecimalClass, dateRule, decimalRule } from './rules.ts'

/** How the values of one kind are written, where the reader knows the kind. */
export interface ValueForm {
  /** The value as JSON, or {@link unfit} where it is not of this kind, or JSON would not bring it back. */
  write(value: unknown): unknown
  /** `null` where what was written is the value. Throws when it was not written by `write`. */
  readonly read: ((written: never) => unknown) | null
  /** Where what was written is the value: another one, if that can be changed. Throws as `read`. */
  readonly copy?: (written: never) => unknown
}

/** A value that is not what its field says. */
export const unfit = Symbol('unfit')

const plain: ValueForm = {
  write: (value) => (typeof value === 'number' ? finite(value) : isText(value) || isBoolean(value) ? value : unfit),
  read: null,
  copy: (written: unknown) => {
    if (typeof written === 'object') throw new TypeError('no plain value')
    return written
  },
}

const json: ValueForm = { write: (value) => (isPlainJson(value) ? value : unfit), read: null, copy: copyOfJson }

const float: ValueForm = {
  write: (value) => {
    if (typeof value !== 'number') return unfit
    const written = finite(value)
    // JSON has no words for them.
    return written === unfit ? (Object.is(value, -0) ? '-0' : String(value)) : written
  },
  read: (written: unknown) => {
    if (typeof written === 'number') return written
    if (!unsayable.has(written as string)) throw new TypeError('not a number')
    return Number(written)
  },
}

const unsayable: ReadonlySet<string> = new Set(['-0', 'NaN', 'Infinity', '-Infinity'])

const date: ValueForm = {
  write: (value) => (dateRule.is(value) && isExactly(value, Date) ? (value as Date).getTime() : unfit),
  read: (written: unknown) => {
    const value = new Date(typeof written === 'number' ? written : Number.NaN)
    if (Number.isNaN(value.getTime())) throw new TypeError('not a date')
    return value
  },
}

const bigint: ValueForm = {
  write: (value) => (typeof value === 'bigint' ? String(value) : unfit),
  read: (written: unknown) => {
    if (typeof written !== 'string' || written === '') throw new TypeError('not a bigint')
    return BigInt(written)
  },
}

const bytes: ValueForm = {
  write: (value) => (bytesRule.is(value) ? bytesRule.write(value as Uint8Array) : unfit),
  read: bytesRule.read,
}

/** One form for each kind. */
export function valueForms(Decimal: DecimalClass): Readonly<Record<ValueKind, ValueForm>> {
  const rule = decimalRule(Decimal)
  const decimal: ValueForm = {
    write: (value) => (rule.is(value) ? rule.write(value as never) : unfit),
    read: copying(Decimal, rule.read),
  }
  return { plain, json, float, date, decimal, bigint, bytes }
}

/** Numbers in a column recur, and a decimal is copied in a fifth of the time that its text takes. */
function copying(
  Decimal: DecimalClass,
  read: (written: unknown) => InstanceType<DecimalClass>,
): (written: unknown) => unknown {
  const originals = new Map<unknown, object>()
  // Source: https://mikemcl.github.io/decimal.js/#decimal, which takes a decimal as well.
  const Copy = Decimal as unknown as new (original: object) => InstanceType<DecimalClass>
  return (written) => {
    const known = originals.get(written)
    if (known) return new Copy(known)
    const decimal = read(written)
    if ((written as string).length <= digitsMax) {
      if (originals.size >= originalsMax) originals.clear()
      // Not what is handed out.
      originals.set(written, new Copy(decimal))
    }
    return decimal
  }
}

/** Some 300 bytes each. */
const originalsMax = 8000
const digitsMax = 40

function copyOfJson(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(copyOfJson)
  const copy: Record<string, unknown> = {}
  for (const key of Object.keys(value)) {
    if (key === '__proto__') throw new TypeError('a key that is not written')
    copy[key] = copyOfJson((value as Readonly<Record<string, unknown>>)[key])
  }
  return copy
}

function finite(value: number): unknown {
  return Number.isFinite(value) && !Object.is(value, -0) ? value : unfit
}

function isText(value: unknown): boolean {
  return typeof value === 'string'
}

function isBoolean(value: unknown): boolean {
  return typeof value === 'boolean'
}

function isExactly(value: unknown, Class: { readonly prototype: object }): boolean {
  return Object.getPrototypeOf(value) === Class.prototype
}
