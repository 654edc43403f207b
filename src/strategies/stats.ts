import type { CacheStats, ModelStats, WriteBehindGauges } from '../core/client.ts'
import type { CacheEvent } from '../core/events.ts'

/** Counts events. Counters start with the process and only grow. */
export interface Stats {
  count(event: CacheEvent): void
  /** A copy. */
  read(): CacheStats
}

type Counters<T> = { -readonly [K in keyof T]: T[K] }

const noModelStats: ModelStats = {
  ...{ hits: 0, staleHits: 0, staleInstead: 0, misses: 0, bypasses: 0, fills: 0, writtenThrough: 0 },
  ...{ accepted: 0, applied: 0, flushes: 0, deadLetters: 0, synchronous: 0 },
}

const noGauges: WriteBehindGauges = { backlog: 0, lagMs: 0, batchSize: 0 }

export function createStats(): Stats {
  const total: Counters<Omit<CacheStats, 'models' | 'writeBehind'>> = {
    ...noModelStats,
    invalidations: 0,
    superseded: 0,
    loads: 0,
    loadErrors: 0,
    storeErrors: 0,
    undecodable: 0,
    uncodable: 0,
    oversized: 0,
    rejected: 0,
    weakenedWrites: 0,
    flushErrors: 0,
  }
  const gauges = new Map<string, Partial<WriteBehindGauges>>()
  const latest = (model: string, seen: Partial<WriteBehindGauges>) =>
    gauges.set(model, { ...gauges.get(model), ...seen })
  const models = new Map<string, Counters<ModelStats>>()

  function countFor(model: string, counter: keyof ModelStats, by = 1) {
    const own = models.get(model) ?? { ...noModelStats }
    models.set(model, own)
    own[counter] += by
    total[counter] += by
  }

  return {
    count(event) {
      switch (event.kind) {
        case 'hit':
          return countFor(event.model, 'hits')
        case 'stale':
          if (event.why !== 'refreshing') countFor(event.model, 'staleInstead')
          return countFor(event.model, 'staleHits')
        case 'miss':
          return countFor(event.model, 'misses')
        case 'bypass':
          return countFor(event.model, 'bypasses')
        case 'loaded':
          total.loads += 1
          return
        case 'filled':
          return countFor(event.model, 'fills')
        case 'load-failed':
          total.loads += 1
          total.loadErrors += 1
          return
        case 'written-through':
          total.superseded += event.superseded
          return countFor(event.model, 'writtenThrough', event.stored)
        case 'accepted':
          latest(event.model, { backlog: event.backlog })
          return countFor(event.model, 'accepted', event.writes)
        case 'flushed':
          latest(event.model, { batchSize: event.writes, lagMs: event.lagMs })
          countFor(event.model, 'flushes')
          return countFor(event.model, 'applied', event.writes)
        case 'dead-letter':
          return countFor(event.model, 'deadLetters')
        case 'synchronous':
          return countFor(event.model, 'synchronous')
        case 'flush-failed':
          total.flushErrors += 1
          return
        case 'invalidated':
          total.invalidations += 1
          return
        case 'store-unavailable':
        case 'invalidation-owed':
          total.storeErrors += 1
          return
        case 'undecodable':
          total.undecodable += 1
          return
        case 'uncodable':
        case 'oversized':
        case 'rejected':
          total[event.kind] += 1
          return
        case 'weakened-write':
          total.weakenedWrites += 1
          return
        case 'store-recovered':
        case 'switched':
        case 'swept':
        case 'writes-left':
        case 'warning':
          return
      }
    },
    read: () => ({
      ...total,
      models: Object.fromEntries([...models].map(([model, own]) => [model, { ...own }])),
      writeBehind: Object.fromEntries([...gauges].map(([model, seen]) => [model, { ...noGauges, ...seen }])),
    }),
  }
}
