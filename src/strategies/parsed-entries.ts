import { LRUCache } from 'lru-cache'
import type { ResultCodec } from '../core/codec.ts'
import { decodeEntry } from '../core/entry.ts'
import type { Looked } from '../core/store.ts'
import type { EntryMemory, ParsedEntry } from './entry-memory.ts'
import type { ReadPlan } from './read-plan.ts'

/**
 * Entries that are found again and again, as they were parsed: while the store has the very same text for a query, nothing of it is parsed anew.
 *
 * Whether the entry is current is asked and judged as always, and every caller gets objects of its own.
 */
export interface ParsedEntries {
  /** What is kept of a text; `undefined` for every other than the one of this plan that was found twice. */
  of(plan: ReadPlan, text: string): ParsedEntry | undefined
  /** The result of an entry of which nothing is known. It is kept when it is found for the second time. @throws what the codec throws. */
  read(plan: ReadPlan, found: FoundEntry): unknown
}

export interface FoundEntry {
  readonly text: string
  readonly payload: string
  /** Of the entry: it has others whenever it was written after something had changed. */
  readonly stamps: Looked['stamps']
}

/** All that is kept. */
const bytesMax = 16 * 1024 * 1024
/** What is larger would drive out too many others. */
const entryBytesMax = bytesMax / 16
/** What belongs to an entry beside its text. */
const overheadBytes = 800
/** Of so many uses one tells the order in which entries were used: that takes as long as the rest of it. */
const usesPerTold = 16
/** So many that turn out to be in use are passed over, in search of one that is not. */
const passedMax = 8

export function createParsedEntries(codec: ResultCodec): ParsedEntries {
  const kept = new LRUCache<EntryMemory, ParsedEntry>({
    maxSize: bytesMax,
    sizeCalculation: ({ bytes }) => bytes,
    dispose: (parsed, memory) => {
      if (memory.parsed === parsed) memory.parsed = null
    },
  })
  /** Entries that were found. */
  let finds = 0

  /** What has not been found since then, if there is any: of more than fits, all in use, each would only drive out another. */
  function unusedSince(then: number): EntryMemory | undefined {
    for (let passed = 0; passed < passedMax; passed += 1) {
      const [oldest] = kept.rkeys()
      if (oldest === undefined || oldest.foundAt < then) return oldest
      kept.get(oldest)
    }
    return undefined
  }

  /** @param then when the entry that wants it was found before. */
  function mayHaveRoom(memory: EntryMemory, then: number): boolean {
    if (memory.parsed !== null || kept.calculatedSize + entryBytesMax <= bytesMax) return true
    return unusedSince(then) !== undefined
  }

  function keep(memory: EntryMemory, parsed: ParsedEntry, then: number): void {
    kept.delete(memory)
    if (parsed.bytes > entryBytesMax) return
    while (kept.calculatedSize + parsed.bytes > bytesMax) {
      const unused = unusedSince(then)
      if (!unused) return
      kept.delete(unused)
    }
    memory.parsed = parsed
    kept.set(memory, parsed)
  }

  return {
    of({ memory }, text) {
      const { parsed } = memory
      if (parsed === null || parsed.text !== text) return undefined
      finds += 1
      memory.foundAt = finds
      if (finds % usesPerTold === 0) kept.get(memory)
      return parsed
    },
    read({ memory, rowsOf }, { text, payload, stamps }) {
      const { seen, foundAt } = memory
      finds += 1
      Object.assign(memory, { seen: numberOf(stamps), foundAt: finds })
      // Most of what is found once is not found twice, or has changed by then.
      const isAgain = memory.seen === seen && text.length <= entryBytesMax && mayHaveRoom(memory, foundAt)
      if (!isAgain || !codec.parse) return codec.decode(payload, rowsOf)
      const { value, again, bytes: parsedBytes } = codec.parse(payload, rowsOf)
      if (again) {
        const bytes = parsedBytes + 2 * text.length + overheadBytes
        keep(memory, { text, entry: decodeEntry(text), make: again, bytes }, foundAt)
      }
      return value
    },
  }
}

/** Differs for other stamps, as a rule. The stamps themselves may be parts of a long text, which would be kept with them. */
function numberOf(stamps: Looked['stamps']): number {
  let number = 1
  for (const stamp of stamps) {
    if (stamp === null) continue
    for (let i = 0; i < stamp.length; i += 1) number = (Math.imul(number, 31) + stamp.charCodeAt(i)) | 0
  }
  return number
}
