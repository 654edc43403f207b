import { CacheError } from './errors.ts'
import type { Stamp } from './store.ts'
import type { TagList } from './tag-list.ts'

/**
 * An entry as it is stored: a line of words that says how long it is good and under which stamps, the ids of the tags that these belong
 * to, and the encoded result.
 *
 * ```
 * 3 300000 0 12.5 ZkX1...:p0Qf... 9sVa... Hq2b...
 * ["r City","s City |*","u home"]
 * <payload>
 * ```
 *
 * Of a hit nothing but the payload is parsed: the ids are those of the query, letter for letter.
 */
export interface Entry {
  /** How long it is fresh. */
  readonly ttlMs: number
  /** How long after that it is kept, to be served stale. */
  readonly keepMs: number
  /** How long the database took for it; 0 for what was not loaded. */
  readonly loadMs: number
  /** Of everything it depends on, in the order of the ids; of the analysed tags as they were before its rows were read. */
  readonly stamps: readonly Stamp[]
  /** The ids of the tags, each once, as JSON. */
  readonly ids: string
  /** The result, as the codec wrote it. */
  readonly payload: string
}

/** Raised whenever an entry means something else, also when the analysis finds other dependencies for the same query. */
const formatVersion = 3

const versionWord = `${formatVersion} `

/** Part of every key, so that entries of another format are not even looked at. */
export const entryFormat = `entry-${formatVersion}`

export function encodeEntry({ ids, stamps, ttlMs, keepMs, loadMs, payload }: Entry): string {
  const words = [formatVersion, ttlMs, keepMs, Math.round(loadMs * 10) / 10, ...stamps]
  return `${words.join(' ')}\n${ids}\n${payload}`
}

/** Throws `CODEC.UNDECODABLE` when the text is not an entry of this format. */
export function decodeEntry(text: string): Entry {
  const lineEnd = text.indexOf('\n')
  const idsEnd = text.indexOf('\n', lineEnd + 1)
  const [version, ttl, keep, load, ...stamps] = text.slice(0, lineEnd).split(' ')
  const [ttlMs, keepMs, loadMs] = [Number(ttl), Number(keep), Number(load)]
  if (lineEnd < 0 || idsEnd < 0 || version !== String(formatVersion) || Number.isNaN(ttlMs + keepMs + loadMs)) {
    throw new CacheError('CODEC.UNDECODABLE', 'A stored entry is not of this format.')
  }
  return { ttlMs, keepMs, loadMs, stamps, ids: text.slice(lineEnd + 1, idsEnd), payload: text.slice(idsEnd + 1) }
}

/**
 * The payload of an entry that depends on exactly these tags, one at least, in this order and under these stamps, and is kept for no longer
 * than it is fresh. `undefined` for every other text.
 *
 * So most hits are told without taking the entry apart. Slices are compared because V8 does that several times faster than `startsWith`.
 */
export function payloadUnder(text: string, tags: TagList, stamps: readonly (Stamp | null)[]) {
  const keepAt = text.indexOf(' ', versionWord.length) + 1
  const isPlain = text.slice(0, versionWord.length) === versionWord && text.slice(keepAt, keepAt + 2) === '0 '
  if (!isPlain || tags.list.length === 0 || stamps.includes(null)) return undefined
  const stampsAt = text.indexOf(' ', keepAt + 2) + 1
  const expected = `${stamps.join(' ')}\n${tags.text}\n`
  const payloadAt = stampsAt + expected.length
  return text.slice(stampsAt, payloadAt) === expected ? text.slice(payloadAt) : undefined
}

/** Whether an entry depends on exactly these tags, and in this order. */
export function isOfTags({ ids }: Entry, tags: TagList): boolean {
  return ids === tags.text
}

/** Its stamps by tag id. Throws `CODEC.UNDECODABLE` when there are more or fewer ids than stamps. */
export function stampsById({ ids, stamps }: Entry): ReadonlyMap<string, Stamp> {
  const names: unknown = JSON.parse(ids)
  if (!Array.isArray(names) || names.length !== stamps.length) {
    throw new CacheError('CODEC.UNDECODABLE', 'A stored entry does not say what its stamps belong to.')
  }
  return new Map(names.map((name, i) => [String(name), stamps[i]!]))
}
