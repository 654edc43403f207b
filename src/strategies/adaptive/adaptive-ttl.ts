import { LRUCache } from 'lru-cache'
import type { Clock } from '../../core/clock.ts'
import { createShapeHistory, type ShapeHistory } from './shape-history.ts'
import { priceOfStaleness, type TtlRange, ttlAtPrice } from './spend-staleness.ts'
import { createVersions, type Version } from './versions.ts'

/** The TTL of the queries of one shape, and what it is chosen by. */
export interface ShapeTtl {
  /** Milliseconds. */
  ms(): number
  /** To be told of every read that a fresh entry answered. */
  hit(version: Version): void
  /** To be told of every entry that was loaded and stored, and for how long it is fresh. */
  loaded(version: Version, grantedMs: number): void
}

/** The TTLs of one model: no more than a share of its reads, together, is to be answered with what others have changed. */
export interface AdaptiveTtl {
  shape(id: string): ShapeTtl
}

/** Arguments come from strangers, who may make up any number of shapes. */
const shapesMax = 500
/** Looks at the model after which it is asked anew what a stale answer is worth. */
const looksPerPrice = 16

/**
 * Learns from what this process sees, and begins with the shortest TTL. No entry is fresh for longer than there is experience with its shape.
 */
export function createAdaptiveTtl(range: TtlRange, { nowMs }: Pick<Clock, 'nowMs'>): AdaptiveTtl {
  // So long that an entry which never changes comes to the longest TTL, of which about `4 * staleShare` of the time is needed that it was watched.
  const halfLifeMs = range.maxMs / (4 * range.staleShare)
  const histories = new LRUCache<string, ShapeHistory>({ max: shapesMax })
  const versions = createVersions()
  let looks = 0
  let price = Number.POSITIVE_INFINITY

  function historyOf(id: string): ShapeHistory {
    const history = histories.get(id) ?? createShapeHistory(halfLifeMs, nowMs)
    histories.set(id, history)
    return history
  }

  function ttlOf(history: ShapeHistory): number {
    const rates = history.rates()
    if (rates === null || price === Number.POSITIVE_INFINITY) return range.minMs
    return Math.max(range.minMs, Math.min(ttlAtPrice(rates, price, range), history.experienceMs()))
  }

  function looked(history: ShapeHistory, look: ReturnType<typeof versions.loaded>): void {
    if (!look) return
    history.look(look, ttlOf(history))
    looks += 1
    if (looks % looksPerPrice !== 0) return
    const all = [...histories.values()].map((one) => one.rates()).filter((rates) => rates !== null)
    // Of nothing any price would do, the lowest.
    if (all.length > 0) price = priceOfStaleness(all, range)
  }

  return {
    shape(id) {
      const named = (version: Version) => ({ ...version, key: `${id} ${version.key}` })
      return {
        ms: () => ttlOf(historyOf(id)),
        hit(version) {
          const history = historyOf(id)
          history.hit()
          looked(history, versions.hit(named(version), ttlOf(history) / 2))
        },
        loaded(version, grantedMs) {
          const history = historyOf(id)
          history.loaded(grantedMs)
          looked(history, versions.loaded(named(version)))
        },
      }
    },
  }
}
