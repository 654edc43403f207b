import { newTable, share, whole } from '../shared/tables.ts'
import type { Measured } from './replay.ts'

/** The strategies side by side. `roundTripMs` is that of Redis, `null` without one. */
export function report(all: readonly Measured[], roundTripMs: number | null): string {
  const table = newTable(['', ...all.map(({ mode }) => mode.name)])
  const row = (name: string, cell: (one: Measured) => string) => table.push([name, ...all.map(cell)])
  const [plain] = all
  row('reads', ({ reads, readsAfter }) => whole(reads.length + readsAfter.length))
  row('hit ratio', ({ hits, reads, readsAfter }) => share(hits, reads.length + readsAfter.length))
  row('hit ratio, after a vote', ({ hitsAfter, readsAfter }) => share(hitsAfter, readsAfter.length))
  row('database reads', ({ databaseReads }) => whole(databaseReads))
  row('a read, p50', ({ reads }) => ms(median(reads)))
  row('a read after a vote, p50', ({ readsAfter }) => ms(median(readsAfter)))
  row('  against no cache', ({ readsAfter }) => ratio(median(readsAfter), median(plain!.readsAfter)))
  row('a vote, p50', ({ votes }) => ms(median(votes)))
  row('  against no cache', ({ votes }) => ratio(median(votes), median(plain!.votes)))
  if (roundTripMs !== null) {
    row('  longer by round trips to Redis', ({ votes }) =>
      ((median(votes) - median(plain!.votes)) / roundTripMs).toFixed(1),
    )
  }
  row('a vote and the read, against no cache', (one) => ratio(voteAndRead(one), voteAndRead(plain!)))
  row('answers checked', ({ checked }) => whole(checked))
  row('stale', ({ stale }) => whole(stale))
  return table.toString()
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

function voteAndRead({ votes, readsAfter }: Measured): number {
  return median(votes.map((voteMs, i) => voteMs + readsAfter[i]!))
}

function ms(value: number): string {
  return `${value.toFixed(2)} ms`
}

function ratio(value: number, base: number): string {
  return `${(value / base).toFixed(2)} times`
}
