import { isDate, isUint8Array } from 'node:util/types'

/** How one kind of value is written as JSON. Strict when it reads: a damaged entry must not become a plausible value. */
export interface Rule<T = unknown> {
  readonly name: string
  is(value: unknown): boolean
  /** Called only for what `is` accepts. */
  write(value: T): unknown
  read(written: unknown): T
}

/** A class of decimals as in decimal.js. */
export type DecimalClass = new (digits: string) => { valueOf(): string }

export function decimalRule(Decimal: DecimalClass): Rule<InstanceType<DecimalClass>> {
  return {
    name: 'decimal',
    is: (value) => value instanceof Decimal,
    // Not `toString`, which loses the sign of zero.
    write: (decimal) => decimal.valueOf(),
    read: (written) => new Decimal(text(written)),
  }
}

export const dateRule: Rule<Date> = {
  name: 'date',
  is: isValidDate,
  write: (date) => date.toISOString(),
  read(written) {
    const date = new Date(text(written))
    if (!isValidDate(date)) throw new TypeError('not a date')
    return date
  },
}

export const bufferRule: Rule<Buffer> = {
  name: 'buffer',
  is: (value) => Buffer.isBuffer(value),
  write: base64,
  read: unbase64,
}

export const bytesRule: Rule<Uint8Array> = {
  name: 'bytes',
  is: isExactlyBytes,
  write: base64,
  // Copied, because a `Buffer` may share its memory with others.
  read: (written) => new Uint8Array(unbase64(written)),
}

/** Keys that superjson refuses, for writing to them may change a prototype. As a list of pairs they are only text. */
const trickyKeys = ['__proto__', 'constructor', 'prototype']

export const trickyKeysRule: Rule<object> = {
  name: 'pairs',
  is: (value) => isPlain(value) && trickyKeys.some((key) => Object.hasOwn(value, key)),
  write: (object) => Object.entries(object),
  // Defines own properties, `__proto__` too.
  read: (written) => Object.fromEntries(written as Iterable<[string, unknown]>),
}

/** Everything that superjson would write in a form that does not come back as it was. */
export const refusedRule: Rule<unknown> = {
  name: 'refused',
  is: (value) => {
    if (typeof value === 'function' || typeof value === 'symbol') return true
    if (typeof value !== 'object' || value === null) return false
    // The holes of a sparse array would come back as `null`.
    if (Array.isArray(value)) return Object.keys(value).length !== value.length
    return !(isPlain(value) || isValidDate(value) || isExactlyBytes(value) || Buffer.isBuffer(value))
  },
  write(value) {
    throw refused(kindOf(value))
  },
  read() {
    throw new TypeError('never written')
  },
}

/** Why a value is not encoded. Says its kind, never the value. */
export function refused(what: string): TypeError {
  return new TypeError(`A result holds ${what}, which cannot be encoded.`)
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a sparse array'
  if (isDate(value)) return 'an invalid date'
  return typeof value === 'object' ? `an instance of ${value?.constructor?.name || 'a class'}` : `a ${typeof value}`
}

function isValidDate(value: unknown): value is Date {
  return isDate(value) && !Number.isNaN(value.getTime())
}

/** A subclass of `Uint8Array` would come back as another class. */
function isExactlyBytes(value: unknown): value is Uint8Array {
  return isUint8Array(value) && value.constructor.name === 'Uint8Array'
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
}

function unbase64(written: unknown): Buffer {
  const bytes = Buffer.from(text(written), 'base64')
  // Decoding skips what is not base64.
  if (base64(bytes) !== written) throw new TypeError('not base64')
  return bytes
}

function text(written: unknown): string {
  if (typeof written !== 'string') throw new TypeError('not text')
  return written
}
