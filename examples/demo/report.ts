import Table from 'cli-table3'
import type { Checker } from './check.ts'
import type { Served } from './serve.ts'

export interface Run {
  readonly served: Served
  /** Statements that reached the database. */
  readonly queries: number
  /** Reads that were answered from the cache. */
  readonly hits: number
}

export interface ReportOptions {
  readonly plain: Run
  readonly cached: Run
  readonly checker: Checker
}

/** The table of the two runs, side by side. */
export function report({ plain, cached, checker }: ReportOptions): string {
  const table = new Table({
    head: ['', 'plain client', 'with the plugin'],
    colAligns: ['left', 'right', 'right'],
    style: { head: [], border: [] },
  })
  const both = (name: string, value: (run: Run) => string) => table.push([name, value(plain), value(cached)])
  both('requests served', ({ served }) => whole(requests(served)))
  both('reads, p50', ({ served }) => milliseconds(percentile(served.readsMs, 0.5)))
  both('reads, p99', ({ served }) => milliseconds(percentile(served.readsMs, 0.99)))
  both('updates, p50', ({ served }) => milliseconds(percentile(served.writesMs, 0.5)))
  both('updates, p99', ({ served }) => milliseconds(percentile(served.writesMs, 0.99)))
  both('database queries', ({ queries }) => whole(queries))
  both('database queries per request', ({ served, queries }) => (queries / requests(served)).toFixed(2))
  table.push(['hit ratio', '', share(cached.hits, cached.served.readsMs.length)])
  table.push(['cached answers checked', '', whole(checker.checked)])
  table.push(['stale answers', '', whole(checker.stale)])
  return table.toString()
}

function requests({ readsMs, writesMs }: Served): number {
  return readsMs.length + writesMs.length
}

/** The smallest value that is not below this share of all; `NaN` of nothing. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort()
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN
}

function milliseconds(value: number): string {
  return Number.isNaN(value) ? '-' : `${value.toFixed(2)} ms`
}

function whole(value: number): string {
  return value.toLocaleString('en')
}

function share(part: number, total: number): string {
  return total === 0 ? '-' : `${((100 * part) / total).toFixed(1)} %`
}
