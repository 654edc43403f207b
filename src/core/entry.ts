import { CacheError } from './errors.ts'
import type { Stamp } from './store.ts'

/**
 * An entry as it is stored: one line of JSON that says what it depends on and how long it is good, then the encoded result.
 *
 * `{"v":2,"s":{"r City":"...","s City |*":"...","u home":"..."},"t":300000,"w":0,"d":12}\n<payload>`
 */
export interface Entry {
  /** By tag id: the stamps of everything it depends on, of the analysed tags as they were before its rows were read. */
  readonly stamps: Readonly<Record<string, Stamp>>
  /** How long it is fresh. */
  readonly ttlMs: number
  /** How long after that it is kept, to be served stale. */
  readonly keepMs: number
  /** How long the database took for it; 0 for what was not loaded. */
  readonly loadMs: number
  /** The result, as the codec wrote it. */
  readonly payload: string
}

/** Raised whenever an entry means something else, also when the analysis finds other dependencies for the same query. */
const formatVersion = 2

/** Part of every key, so that entries of another format are not even looked at. */
export const entryFormat = `entry-${formatVersion}`

export function encodeEntry({ stamps, ttlMs, keepMs, loadMs, payload }: Entry): string {
  return `${JSON.stringify({ v: formatVersion, s: stamps, t: ttlMs, w: keepMs, d: Math.round(loadMs * 10) / 10 })}\n${payload}`
}

/** Throws `CODEC.UNDECODABLE` when the text is not an entry of this format. */
export function decodeEntry(text: string): Entry {
  try {
    const end = text.indexOf('\n')
    const header: unknown = JSON.parse(text.slice(0, end))
    if (end > 0 && isHeader(header)) {
      const { s: stamps, t: ttlMs, w: keepMs, d: loadMs = 0 } = header
      return { stamps, ttlMs, keepMs, loadMs, payload: text.slice(end + 1) }
    }
  } catch (cause) {
    throw new CacheError('CODEC.UNDECODABLE', 'A stored entry has no readable header.', { cause })
  }
  throw new CacheError('CODEC.UNDECODABLE', 'A stored entry is not of this format.')
}

interface Header {
  readonly s: Record<string, Stamp>
  readonly t: number
  readonly w: number
  /** Entries of older releases lack it. */
  readonly d?: number
}

function isHeader(value: unknown): value is Header {
  if (typeof value !== 'object' || value === null) return false
  const { v, s, t, w, d = 0 } = value as Record<string, unknown>
  return v === formatVersion && isRecord(s) && [t, w, d].every((one) => typeof one === 'number')
}

function isRecord(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
