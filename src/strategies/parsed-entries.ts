import { LRUCache } from 'lru-cache'
import type { ResultCodec } from '../core/codec.ts'
import { decodeEntry, type Entry } from '../core/entry.ts'
import type { Looked } from '../core/store.ts'
import type { ReadPlan } from './read-plan.ts'

/**
 * Entries that are found again and again, as they were parsed: while the store has the very same text for a query, nothing of it is parsed anew.
 *
 * Whether the entry is current is asked and judged as always, and every caller gets objects of its own.
 */
export interface ParsedEntries {
  /** What is known of a text; `undefined` for every other than the last one that is kept. */
  of(plan: ReadPlan, text: string): ParsedEntry | undefined
  /** The result of an entry. It is kept when it is found for the second time. @throws what the codec throws. */
  read(plan: ReadPlan, found: FoundEntry): unknown
}

export interface ParsedEntry {
  readonly text: string
  readonly entry: Entry
  /** The result, with nothing in it that was in another one. */
  readonly make: () => unknown
}

export interface FoundEntry {
  readonly text: string
  readonly payload: string
  /** Of the entry: it has others whenever it was written after something had changed. */
  readonly stamps: Looked['stamps']
}

/** What a plan remembers of the entry that was found last. */
export interface LatestEntry {
  /** Its stamps, when it is not kept. */
  stamps: Looked['stamps'] | null
  parsed: ParsedEntry | null
  uses: number
}

/** Of all texts that are kept, of which each takes some four bytes with what was parsed of it. */
const charactersMax = 4_000_000
/** What belongs to each besides. */
const overheadCharacters = 200
/** Larger ones would drive out too many others. */
const textMax = charactersMax / 16
/** Which of them are in use is told from one use in so many: that takes as long as the rest of it. */
const toldUses = 16

export function latestEntry(): LatestEntry {
  return { stamps: null, parsed: null, uses: 0 }
}

export function createParsedEntries(codec: ResultCodec): ParsedEntries {
  const kept = new LRUCache<LatestEntry, ParsedEntry>({
    maxSize: charactersMax,
    sizeCalculation: ({ text }) => text.length + overheadCharacters,
    dispose: (parsed, latest) => {
      if (latest.parsed === parsed) latest.parsed = null
    },
  })

  function parsedOf(plan: ReadPlan, { text, payload }: FoundEntry): ParsedEntry | null {
    if (text.length > textMax) return null
    const make = codec.maker?.(payload, plan.rowsOf)
    return make ? { text, entry: decodeEntry(text), make } : null
  }

  return {
    of({ latest }, text) {
      const { parsed } = latest
      if (parsed === null || parsed.text !== text) return undefined
      latest.uses += 1
      if (latest.uses % toldUses === 0) kept.get(latest)
      return parsed
    },
    read(plan, found) {
      const { latest } = plan
      // Most of what is found once is not found twice, or has changed by then.
      const isKnown = latest.stamps !== null && areEqual(latest.stamps, found.stamps)
      latest.stamps = found.stamps
      const parsed = isKnown ? parsedOf(plan, found) : null
      if (parsed === null) return codec.decode(found.payload, plan.rowsOf)
      const result = parsed.make()
      latest.parsed = parsed
      kept.set(latest, parsed)
      return result
    },
  }
}

function areEqual(some: Looked['stamps'], others: Looked['stamps']): boolean {
  if (some.length !== others.length) return false
  for (let i = 0; i < some.length; i += 1) if (some[i] !== others[i]) return false
  return true
}
