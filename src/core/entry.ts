import { CacheError } from './errors.ts'
import type { Stamp } from './store.ts'

/**
 * An entry as it is stored: one line of JSON that says what it depends on and how long it is good, then the encoded result.
 *
 * `{"v":2,"s":{"r City":"...","s City |*":"...","u home":"..."},"t":300000,"w":0}\n<payload>`
 */
export interface Entry {
  /** By tag id: the stamps of everything it depends on, of the analysed tags as they were before its rows were read. */
  readonly stamps: Readonly<Record<string, Stamp>>
  /** How long it is fresh. */
  readonly ttlMs: number
  /** How long after that it is kept, to be served stale. */
  readonly staleMs: number
  /** The result, as the codec wrote it. */
  readonly payload: string
}

/** Raised whenever an entry means something else, also when the analysis finds other dependencies for the same query. */
const formatVersion = 2

/** Part of every key, so that entries of another format are not even looked at. */
export const entryFormat = `entry-${formatVersion}`

export function encodeEntry({ stamps, ttlMs, staleMs, payload }: Entry): string {
  return `${JSON.stringify({ v: formatVersion, s: stamps, t: ttlMs, w: staleMs })}\n${payload}`
}

/** Throws `CODEC.UNDECODABLE` when the text is not an entry of this format. */
export function decodeEntry(text: string): Entry {
  try {
    const end = text.indexOf('\n')
    const header: unknown = JSON.parse(text.slice(0, end))
    if (end > 0 && isHeader(header)) {
      const { s: stamps, t: ttlMs, w: staleMs } = header
      return { stamps, ttlMs, staleMs, payload: text.slice(end + 1) }
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
}

function isHeader(value: unknown): value is Header {
  if (typeof value !== 'object' || value === null) return false
  const { v, s, t, w } = value as Record<string, unknown>
  return v === formatVersion && isRecord(s) && typeof t === 'number' && typeof w === 'number'
}

function isRecord(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
