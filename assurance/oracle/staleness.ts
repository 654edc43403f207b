import type { RequestRecord } from '../load/record-log.ts'

/** Reads that showed a row as it was before a write that had been acknowledged before they began. */
export interface Staleness {
  /** Rows of answers that were compared. */
  readonly checkedRows: number
  readonly staleAnswers: readonly StaleAnswer[]
}

export interface StaleAnswer {
  readonly row: string
  readonly seen: number
  /** The least that it had to be. */
  readonly expected: number
  readonly read: RequestRecord
  /** For how long the row had been out of date when the read began. */
  readonly lagMs: number
}

/**
 * Compares every row that was read with every write that was acknowledged, by whichever process.
 *
 * Writes of a row count it up, so that a greater version is a later one. What was not acknowledged proves nothing: it may or may not
 * be in the database.
 */
export function findStale(records: readonly RequestRecord[]): Staleness {
  const writes = writesByRow(records)
  const staleAnswers: StaleAnswer[] = []
  let checkedRows = 0
  for (const read of records) {
    if (read.kind === 'write') continue
    for (const [row, seen] of Object.entries(read.versions)) {
      checkedRows += 1
      const history = writes.get(row)
      const missed = history && firstAbove(history, seen)
      if (!missed || missed.endNs >= read.startNs) continue
      const expected = history.findLast(({ endNs }) => endNs < read.startNs)!.greatest
      staleAnswers.push({ row, seen, expected, read, lagMs: (read.startNs - missed.endNs) / 1e6 })
    }
  }
  return { checkedRows, staleAnswers }
}

/** A write that was acknowledged, and the greatest version of its row that was until then. */
interface Acknowledged {
  readonly endNs: number
  greatest: number
}

/** By row, in the order of their acknowledgements. */
function writesByRow(records: readonly RequestRecord[]): ReadonlyMap<string, readonly Acknowledged[]> {
  const byRow = new Map<string, Acknowledged[]>()
  for (const { kind, status, endNs, versions } of records) {
    if (kind !== 'write' || status !== 'ok') continue
    for (const [row, version] of Object.entries(versions)) {
      const history = byRow.get(row) ?? []
      history.push({ endNs, greatest: version })
      byRow.set(row, history)
    }
  }
  for (const history of byRow.values()) {
    history.sort((one, other) => one.endNs - other.endNs)
    let greatest = -1
    for (const write of history) {
      greatest = Math.max(greatest, write.greatest)
      write.greatest = greatest
    }
  }
  return byRow
}

/** The first acknowledgement of a version above `seen`. */
function firstAbove(history: readonly Acknowledged[], seen: number): Acknowledged | undefined {
  let [low, high] = [0, history.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (history[middle]!.greatest > seen) high = middle
    else low = middle + 1
  }
  return history[low]
}
