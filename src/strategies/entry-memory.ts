import type { Entry } from '../core/entry.ts'

/** What a plan remembers of the entries that it finds. It changes with them. */
export interface EntryMemory {
  /** Tells whether an entry was found before; of no use for anything else. */
  seen: number
  /** When an entry was found last, counted in entries that were found. */
  foundAt: number
  parsed: ParsedEntry | null
}

export interface ParsedEntry {
  readonly text: string
  readonly entry: Entry
  /** The result, with nothing in it that was in another one. */
  readonly make: () => unknown
  /** That all of it takes, as far as can be told. */
  readonly bytes: number
}

export function newEntryMemory(): EntryMemory {
  return { seen: 0, foundAt: 0, parsed: null }
}
