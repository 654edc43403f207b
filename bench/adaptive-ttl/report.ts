import { newTable, share } from '../shared/tables.ts'
import { type Measured, totalOf } from './replay.ts'
import { readKinds } from './workload.ts'

/** All ways one below the other: what they answer from the cache, and how much of that is no longer so. */
export function report(all: readonly Measured[]): string {
  const table = newTable(['TTL', 'hit ratio', 'stale answers', ...readKinds.map((kind) => `TTL, ${kind}`)])
  for (const measured of all) {
    const { reads, hits, stale } = totalOf(measured)
    const { mode, kinds } = measured
    const ttls = readKinds.map((kind) => seconds(kinds[kind].ttlMs / kinds[kind].reads))
    table.push([
      name(measured),
      share(hits, reads),
      share(stale, reads),
      ...(mode.isAdaptive ? ttls : ttls.map(() => '')),
    ])
  }
  return table.toString()
}

/** For each adaptive TTL, the fixed one that is as stale: between two of those measured. */
export function compare(all: readonly Measured[]): readonly Comparison[] {
  const fixed = all.filter(({ mode }) => !mode.isAdaptive).map(pointOf)
  return all
    .filter(({ mode }) => mode.isAdaptive)
    .map((measured) => {
      const point = pointOf(measured)
      return { name: name(measured), ...point, fixedHits: hitsAt(fixed, point.stale) }
    })
}

export interface Comparison extends Point {
  readonly name: string
  /** The hit ratio of a fixed TTL with as many stale answers; `null` where none of those measured has as few, or as many. */
  readonly fixedHits: number | null
}

/** Parts of all reads. */
interface Point {
  readonly hits: number
  readonly stale: number
}

export function describe({ name, hits, stale, fixedHits }: Comparison): string {
  const own = `${name}: ${percent(hits)} hits`
  if (fixedHits === null) return `${own}; none of the fixed TTLs has ${percent(stale)} stale answers.`
  return `${own}, a fixed TTL with as many stale answers (${percent(stale)}): ${percent(fixedHits)}, misses ${((1 - fixedHits) / (1 - hits)).toFixed(2)} times as many.`
}

/** Between the fixed TTLs that have a little less and a little more: stale answers grow with the TTL, hits with its logarithm. */
function hitsAt(fixed: readonly Point[], stale: number): number | null {
  const sorted = [...fixed].sort((one, other) => one.stale - other.stale)
  const after = sorted.findIndex((point) => point.stale >= stale)
  const [low, high] = [sorted[after - 1], sorted[after]]
  if (!low || !high || low.stale === 0) return null
  const part = Math.log(stale / low.stale) / Math.log(high.stale / low.stale)
  return low.hits + (high.hits - low.hits) * part
}

function pointOf(measured: Measured): Point {
  const { reads, hits, stale } = totalOf(measured)
  return { hits: hits / reads, stale: stale / reads }
}

function name({ mode }: Measured): string {
  return mode.isAdaptive ? `adaptive, at most ${mode.name} stale` : mode.name
}

function percent(part: number): string {
  return `${(100 * part).toFixed(1)} %`
}

function seconds(valueMs: number): string {
  return `${(valueMs / 1000).toFixed(2)} s`
}
