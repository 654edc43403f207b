import type { Client } from './client.ts'
import { Prepared } from './prepared.ts'
import { flush, send, sendNow } from './send.ts'
import type { Guard } from './session.ts'

/** What is to be read: the same object for what is read again and again, as the commands are made once. */
export class Parts {
  /** `<key>*` for a string, `<key>*-><field>` for a field; no other star. */
  readonly patterns: readonly string[]
  /** Strings, by their keys. */
  readonly strings: readonly string[]
  #commands: Commands | undefined

  constructor(patterns: readonly string[], strings: readonly string[]) {
    this.patterns = patterns
    this.strings = strings
  }

  commands(anchor: string): Commands {
    if (this.#commands?.anchor !== anchor) this.#commands = commandsOf(anchor, this)
    return this.#commands
  }
}

interface Commands {
  readonly anchor: string
  readonly sort: Prepared
  /** `null` where there are no strings. */
  readonly get: Prepared | null
}

/** The values, in order; `null` for what is not there, or is of another type. */
export interface Values {
  readonly ofPatterns: readonly unknown[]
  readonly ofStrings: readonly unknown[]
}

interface Reader {
  readonly parts: Parts
  /** The key of the set by which it reads. */
  readonly anchor: string
  readonly guard: Guard
  readonly resolve: (values: Values | null) => void
  readonly reject: (error: unknown) => void
}

/**
 * So many share commands, which leave as soon as they are that many: Redis reads for them while this process goes on with the others of the
 * tick. Commands for each cost this process more; with more in one, they would rather wait for each other than work at once.
 */
export const sharedMax = 32
/** And so many keys and fields, where lookups are large: a call cannot have any number of arguments, and Redis does nothing else meanwhile. */
const wordsMax = 2000

/** Those of this tick that have not left. */
const waiting = new WeakMap<Client, Reader[]>()

/**
 * Reads keys, and fields of hashes, of whatever names, together with others that are asked for in this tick: in one command that is not a
 * script, or two where there are strings.
 *
 * `SORT_RO` sorts the members of a set and shows for each the keys that a pattern makes of it. Here the set has one member, the empty text,
 * so that each pattern is the name of a key. `MGET` is half as long for strings that are many.
 *
 * `ALPHA`, because the text is no number.
 *
 * Source: https://redis.io/docs/latest/commands/sort_ro, since Redis 7.0. On a cluster patterns are refused.
 *
 * @param anchor the key of the set.
 * @param guard for the commands: only readers with the same one share them.
 * @returns `null` when the set is not there, and then made, or is another one.
 */
export function readShared(client: Client, anchor: string, parts: Parts, guard: Guard): Promise<Values | null> {
  return new Promise((resolve, reject) => {
    const reader: Reader = { anchor, guard, parts, resolve, reject }
    const others = waiting.get(client)
    if (others) {
      others.push(reader)
      if (others.length === sharedMax) readAll(client)
      return
    }
    waiting.set(client, [reader])
    // After the promises that are ready now: their continuations belong to the same tick.
    process.nextTick(readAll, client)
  })
}

function readAll(client: Client): void {
  const readers = waiting.get(client) ?? []
  waiting.delete(client)
  for (let first = 0; first < readers.length; ) {
    const end = endOfBatch(readers, first)
    const batch = readers.slice(first, end)
    try {
      if (batch.length === 1) readAlone(client, batch[0]!)
      else readTogether(client, batch)
    } catch (error) {
      // Nobody else would hear of it.
      for (const { reject } of batch) reject(error)
    }
    first = end
  }
  flush(client)
}

/** Those after the first come along as long as there is room for them, and they are of one session, whose deadline and health it is. */
function endOfBatch(readers: readonly Reader[], first: number): number {
  const { anchor, guard } = readers[first]!
  let words = wordsOf(readers[first]!)
  let end = first + 1
  for (; end < readers.length && end < first + sharedMax; end += 1) {
    const next = readers[end]!
    words += wordsOf(next)
    if (next.anchor !== anchor || next.guard !== guard || words > wordsMax) break
  }
  return end
}

function wordsOf({ parts: { patterns, strings } }: Reader): number {
  return patterns.length + strings.length
}

function readAlone(client: Client, reader: Reader): void {
  reader.guard(read(client, reader.anchor, reader.parts)).then(reader.resolve, reader.reject)
}

/** What several want to know is asked for once. They read by one anchor, under one guard. */
function readTogether(client: Client, readers: readonly Reader[]): void {
  const { anchor, guard } = readers[0]!
  const [patterns, strings] = [createAsked(), createAsked()]
  const places = readers.map((reader) => ({
    ofPatterns: reader.parts.patterns.map(patterns.placeOf),
    ofStrings: reader.parts.strings.map(strings.placeOf),
  }))
  guard(read(client, anchor, new Parts(patterns.words, strings.words))).then(
    (values) => {
      for (const [i, { resolve }] of readers.entries()) {
        const { ofPatterns, ofStrings } = places[i]!
        if (!values) resolve(null)
        else {
          resolve({
            ofPatterns: ofPatterns.map((place) => values.ofPatterns[place]),
            ofStrings: ofStrings.map((place) => values.ofStrings[place]),
          })
        }
      }
    },
    (error: unknown) => {
      for (const { reject } of readers) reject(error)
    },
  )
}

/** Words, each of them once. */
function createAsked() {
  const words: string[] = []
  const places = new Map<string, number>()
  const placeOf = (word: string): number => {
    let place = places.get(word)
    if (place === undefined) {
      place = words.push(word) - 1
      places.set(word, place)
    }
    return place
  }
  return { words, placeOf }
}

const nothing: readonly never[] = []

function commandsOf(anchor: string, { patterns, strings }: Parts): Commands {
  const shown = ['#', ...patterns].flatMap((pattern) => ['GET', pattern])
  const sort = new Prepared(['sort_ro', anchor, 'ALPHA', ...shown])
  return { anchor, sort, get: strings.length === 0 ? null : new Prepared(['mget', ...strings]) }
}

function read(client: Client, anchor: string, parts: Parts): Promise<Values | null> {
  const { sort, get } = parts.commands(anchor)
  const count = parts.patterns.length
  // Alone in most ticks: holding it back until others have come would take longer than the system call that they could share.
  if (!get) return sendNow(client, sort).then((reply) => valuesOf(client, anchor, reply, nothing, count))
  return Promise.all([send(client, sort), send(client, get)]).then(([reply, ofStrings]) =>
    valuesOf(client, anchor, reply, ofStrings as readonly unknown[], count),
  )
}

function valuesOf(
  client: Client,
  anchor: string,
  sorted: unknown,
  ofStrings: readonly unknown[],
  count: number,
): Values | null {
  const reply = sorted as readonly unknown[]
  if (reply[0] === '' && reply.length === 1 + count) return { ofPatterns: reply.slice(1), ofStrings }
  // Without memory for it the set stays away, and nobody is the worse for it. One that others have added to is left alone.
  if (reply.length === 0) send(client, ['sadd', anchor, '']).catch(() => {})
  return null
}
