import type { Client } from './client.ts'
import { send } from './send.ts'

/** What is to be read. */
export interface Parts {
  /** A key, of a string. */
  readonly first: string
  /** `<key>*` for a string, `<key>*-><field>` for a field; no other star. */
  readonly patterns: readonly string[]
  /** Strings, by their keys. */
  readonly strings: readonly string[]
}

/** The values, in order; `null` for what is not there, or is of another type. */
export interface Values {
  readonly first: unknown
  readonly ofPatterns: readonly unknown[]
  readonly ofStrings: readonly unknown[]
}

/** What is asked for once, although several want to know it, and each at its place. */
interface Asked {
  readonly places: Map<string, number>
  readonly words: string[]
}

interface Batch {
  readonly anchor: string
  readonly patterns: Asked
  readonly strings: Asked
  readers: number
  readonly replies: Promise<Replies | null>
}

/** In the order in which it was asked. */
interface Replies {
  readonly ofPatterns: readonly unknown[]
  readonly ofStrings: readonly unknown[]
}

/**
 * So many share commands. Commands for each cost this process more; with more in one, Redis and this process would rather wait for each other
 * than work at once.
 */
export const sharedMax = 16

/** Those that have not been sent yet. */
const open = new WeakMap<Client, Batch>()

/**
 * Reads keys, and fields of hashes, of whatever names, together with whatever else is asked for in this tick: in one command that is not a
 * script, or two where there are strings.
 *
 * `SORT_RO` sorts the members of a set and shows for each the keys that a pattern makes of it. Here the set has one member, the empty text,
 * so that each pattern is the name of a key. `MGET` is half as long for strings that are many.
 *
 * Source: https://redis.io/docs/latest/commands/sort_ro, since Redis 7.0. On a cluster patterns are refused.
 *
 * @param anchor the key of the set.
 * @returns `null` when the set is not there, and then made, or is another one.
 */
export function readShared(
  client: Client,
  anchor: string,
  { first, patterns, strings }: Parts,
): Promise<Values | null> {
  const batch = openBatch(client, anchor)
  batch.readers += 1
  const firstPlace = placeOf(batch.patterns, `${first}*`)
  const ofPatterns = placesOf(batch.patterns, patterns)
  const ofStrings = placesOf(batch.strings, strings)
  return batch.replies.then(
    (replies) =>
      replies && {
        first: replies.ofPatterns[firstPlace],
        ofPatterns: at(replies.ofPatterns, ofPatterns),
        ofStrings: at(replies.ofStrings, ofStrings),
      },
  )
}

function placesOf(asked: Asked, words: readonly string[]): readonly number[] {
  return words.length === 0 ? nothing : words.map((word) => placeOf(asked, word))
}

function at(values: readonly unknown[], places: readonly number[]): readonly unknown[] {
  return places.length === 0 ? nothing : places.map((place) => values[place])
}

const nothing: readonly never[] = []

function placeOf({ places, words }: Asked, word: string): number {
  let place = places.get(word)
  if (place === undefined) {
    place = words.push(word) - 1
    places.set(word, place)
  }
  return place
}

function openBatch(client: Client, anchor: string): Batch {
  const known = open.get(client)
  if (known?.anchor === anchor && known.readers < sharedMax) return known
  const replies = new Promise<Replies | null>((resolve, reject) => {
    // After the promises that are ready now: their continuations belong to the same tick.
    process.nextTick(() => {
      if (open.get(client) === batch) open.delete(client)
      read(client, batch).then(resolve, reject)
    })
  })
  const asked = (): Asked => ({ places: new Map(), words: [] })
  const batch: Batch = { anchor, patterns: asked(), strings: asked(), readers: 0, replies }
  open.set(client, batch)
  return batch
}

async function read(client: Client, { anchor, patterns, strings }: Batch): Promise<Replies | null> {
  const shown = patterns.words.flatMap((pattern) => ['GET', pattern])
  const sorting = send(client, ['sort_ro', anchor, 'BY', 'nosort', 'GET', '#', ...shown])
  const getting = strings.words.length === 0 ? [] : send(client, ['mget', ...strings.words])
  const [sorted, ofStrings] = (await Promise.all([sorting, getting])) as [readonly unknown[], readonly unknown[]]
  const [member, ...ofPatterns] = sorted
  if (member === '' && ofPatterns.length === patterns.words.length) return { ofPatterns, ofStrings }
  // Without memory for it the set stays away, and nobody is the worse for it. One that others have added to is left alone.
  if (member === undefined) send(client, ['sadd', anchor, '']).catch(() => {})
  return null
}
