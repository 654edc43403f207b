import type { CacheStats, ModelStats } from '../core/client.ts'
import type { CacheEvent } from '../core/events.ts'

/** Counts events. Counters start with the process and only grow. */
export interface Stats {
  count(event: CacheEvent): void
  /** A copy. */
  read(): CacheStats
}

type Counters<T> = { -readonly [K in keyof T]: T[K] }

const noModelStats: ModelStats = { hits: 0, staleHits: 0, misses: 0, bypasses: 0, fills: 0, writtenThrough: 0 }

export function createStats(): Stats {
  const total: Counters<Omit<CacheStats, 'models'>> = {
    ...noModelStats,
    invalidations: 0,
    superseded: 0,
    loads: 0,
    loadErrors: 0,
    storeErrors: 0,
    undecodable: 0,
    uncodable: 0,
    weakenedWrites: 0,
  }
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
          total.uncodable += 1
          return
        case 'weakened-write':
          total.weakenedWrites += 1
          return
        case 'store-recovered':
        case 'swept':
        case 'warning':
          return
      }
    },
    read: () => ({
      ...total,
      models: Object.fromEntries([...models].map(([model, own]) => [model, { ...own }])),
    }),
  }
}
