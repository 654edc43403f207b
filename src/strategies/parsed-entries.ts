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
  /** What is known of a text; `undefined` for every other than the one that the plan found last. */
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
/** Of what is found when there is no room left, one in so many takes the place of another: all together would only drive out each other. */
const keptShare = 1 / 8
/** Of the uses of what is kept, one in so many is told: that takes as long as the rest of it. */
const toldShare = 1 / 16
/** What belongs to an entry beside its text. */
const overheadBytes = 800

/** @param random between 0 and 1. */
export function createParsedEntries(codec: ResultCodec, random: () => number): ParsedEntries {
  const kept = new LRUCache<EntryMemory, ParsedEntry>({
    maxSize: bytesMax,
    sizeCalculation: ({ bytes }) => bytes,
    dispose: (parsed, memory) => {
      if (memory.parsed === parsed) memory.parsed = null
    },
  })

  function mayKeep(memory: EntryMemory, text: string): boolean {
    // It is no smaller than that.
    if (text.length > entryBytesMax) return false
    return memory.parsed !== null || kept.calculatedSize + entryBytesMax <= bytesMax || random() < keptShare
  }

  function keep(memory: EntryMemory, parsed: ParsedEntry): void {
    if (parsed.bytes > entryBytesMax) return
    memory.parsed = parsed
    kept.set(memory, parsed)
  }

  return {
    of({ memory }, text) {
      const { parsed } = memory
      if (parsed === null || parsed.text !== text) return undefined
      memory.uses += 1
      if (memory.uses % (1 / toldShare) === 0) kept.get(memory)
      return parsed
    },
    read({ memory, rowsOf }, { text, payload, stamps }) {
      const before = memory.seen
      memory.seen = numberOf(stamps)
      // Most of what is found once is not found twice, or has changed by then.
      if (memory.seen !== before || !codec.parse || !mayKeep(memory, text)) return codec.decode(payload, rowsOf)
      const { value, again, bytes } = codec.parse(payload, rowsOf)
      if (again)
        keep(memory, { text, entry: decodeEntry(text), make: again, bytes: bytes + 2 * text.length + overheadBytes })
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
