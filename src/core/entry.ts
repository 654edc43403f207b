import { CacheError } from './errors.ts'
import type { Stamp } from './store.ts'

/**
 * An entry as it is stored: one line of JSON that says what it depends on and how long it is good, then the encoded result.
 *
 * `{"v":1,"s":{"r City":"...","s City |*":"..."},"u":{"home":"..."},"t":300000,"w":0}\n<payload>`
 */
export interface Entry {
  /** By tag id, the stamps that the analysed tags of the query had before its rows were read. */
  readonly stamps: Readonly<Record<string, Stamp>>
  /** By name, the stamps of all user tags that the entry carries, whoever asks for it. */
  readonly userTags: Readonly<Record<string, Stamp>>
  /** How long it is fresh. */
  readonly ttlMs: number
  /** How long after that it is kept, to be served stale. */
  readonly staleMs: number
  /** The result, as the codec wrote it. */
  readonly payload: string
}

const formatVersion = 1

export function encodeEntry({ stamps, userTags, ttlMs, staleMs, payload }: Entry): string {
  return `${JSON.stringify({ v: formatVersion, s: stamps, u: userTags, t: ttlMs, w: staleMs })}\n${payload}`
}

/** Throws `CODEC.UNDECODABLE` when the text is not an entry of this format. */
export function decodeEntry(text: string): Entry {
  try {
    const end = text.indexOf('\n')
    const header: unknown = JSON.parse(text.slice(0, end))
    if (end > 0 && isHeader(header)) {
      const { s: stamps, u: userTags, t: ttlMs, w: staleMs } = header
      return { stamps, userTags, ttlMs, staleMs, payload: text.slice(end + 1) }
    }
  } catch (cause) {
    throw new CacheError('CODEC.UNDECODABLE', 'A stored entry has no readable header.', { cause })
  }
  throw new CacheError('CODEC.UNDECODABLE', 'A stored entry is not of this format.')
}

interface Header {
  readonly s: Record<string, Stamp>
  readonly u: Record<string, Stamp>
  readonly t: number
  readonly w: number
}

function isHeader(value: unknown): value is Header {
  if (typeof value !== 'object' || value === null) return false
  const { v, s, u, t, w } = value as Record<string, unknown>
  return v === formatVersion && isRecord(s) && isRecord(u) && typeof t === 'number' && typeof w === 'number'
}

function isRecord(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
