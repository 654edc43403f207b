import { newTable, share, whole } from '../shared/tables.ts'
import type { AnalysisCost } from './analysis-cost.ts'
import type { ModeName } from './modes.ts'
import type { Replayed } from './replay.ts'
import { readKinds } from './workload.ts'

/** The modes side by side. */
export function reportReplays(replays: ReadonlyMap<ModeName, Replayed>): string {
  const columns = [...replays.values()]
  const table = newTable(['', ...replays.keys()])
  const row = (name: string, cell: (replayed: Replayed) => string) => table.push([name, ...columns.map(cell)])
  row('reads', (replayed) => whole(readsOf(replayed)))
  row('database reads', ({ databaseReads }) => whole(databaseReads))
  row('hit ratio', (replayed) => share(hitsOf(replayed), readsOf(replayed)))
  for (const kind of readKinds) {
    row(`hit ratio, ${plural[kind]}`, ({ reads }) => share(reads[kind].hits, reads[kind].reads))
  }
  row('seconds', ({ seconds }) => seconds.toFixed(1))
  row('answers checked', ({ checked }) => whole(checked))
  row('stale', ({ stale }) => whole(stale))
  return table.toString()
}

export function reportAnalysis(costs: readonly AnalysisCost[]): string {
  const table = newTable(['analysis of a read', 'mean', 'median'])
  for (const { name, meanUs, medianUs } of costs) table.push([name, microseconds(meanUs), microseconds(medianUs)])
  return table.toString()
}

/** `12.3 times fewer`: how the precise mode compares with the one that knows only models. */
export function reportFactor(perModel: Replayed, precise: Replayed): string {
  return `${(perModel.databaseReads / precise.databaseReads).toFixed(1)} times fewer database reads than per model.`
}

const plural = { page: 'pages', list: 'lists', count: 'counts', search: 'searches' } as const

function readsOf({ reads }: Replayed): number {
  return readKinds.reduce((sum, kind) => sum + reads[kind].reads, 0)
}

function hitsOf({ reads }: Replayed): number {
  return readKinds.reduce((sum, kind) => sum + reads[kind].hits, 0)
}

function microseconds(value: number): string {
  return `${value.toFixed(1)} µs`
}
