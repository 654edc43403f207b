import type { PendingEntry } from '../core/pending-store.ts'

/** Those that have so many writes at most; one in any case, if there is one. */
export function firstEntries(entries: readonly PendingEntry[], writes: number): readonly PendingEntry[] {
  let count = 0
  const end = entries.findIndex((entry, i) => {
    count += entry.writes.length
    return i > 0 && count > writes
  })
  return end < 0 ? entries : entries.slice(0, end)
}
