import { createChangeRate } from './change-rate.ts'
import { createDrift } from './drift.ts'
import type { ShapeRates } from './spend-staleness.ts'
import type { Look } from './versions.ts'

/** What was seen of the queries of one shape. All of it counts half after a while, and for less when it no longer explains what is seen. */
export interface ShapeHistory {
  hit(): void
  loaded(grantedMs: number): void
  look(look: Look, ttlMs: number): void
  /** `null` while nothing is known of changes. */
  rates(): ShapeRates | null
  /** The longest TTL for which there is experience, in milliseconds. */
  experienceMs(): number
}

/** How much of what was seen before a drift still counts. */
const afterDrift = 0.25
/** Looks over which the time between them is averaged. */
const recentLooks = 32

export function createShapeHistory(halfLifeMs: number, nowMs: () => number): ShapeHistory {
  const rate = createChangeRate()
  const drift = createDrift()
  const counts = { hits: 0, loads: 0, grantedMs: 0, looks: 0, reads: 0, watchedMs: 0 }
  let fadedAtMs = nowMs()
  let firstToldMs: number | null = null
  let [recent, meanMs] = [0, 0]

  function fade(): void {
    const now = nowMs()
    // Not with every read: it costs more than it changes.
    if (now - fadedAtMs < halfLifeMs / 100) return
    const factor = 2 ** ((fadedAtMs - now) / halfLifeMs)
    fadedAtMs = now
    rate.fade(factor)
    for (const name of Object.keys(counts) as (keyof typeof counts)[]) counts[name] *= factor
  }

  /**
   * How often an entry is read, while it is fresh. Hits come of loads, and both are spread over all processes alike; but where entries expire
   * before they are read again, there are none. The reads between two looks, of which others may have had more, say at least so much.
   */
  function readsPerMs(): number {
    const { hits, grantedMs, reads, watchedMs } = counts
    return Math.max(grantedMs > 0 ? hits / grantedMs : 0, watchedMs > 0 ? reads / watchedMs : 0)
  }

  return {
    hit() {
      fade()
      counts.hits += 1
    },
    loaded(grantedMs) {
      fade()
      counts.loads += 1
      counts.grantedMs += grantedMs
    },
    look({ sinceMs, isChanged, hits }, ttlMs) {
      fade()
      counts.looks += 1
      counts.reads += 1 + hits
      counts.watchedMs += sinceMs
      recent = Math.min(recent + 1, recentLooks)
      meanMs += (sinceMs - meanMs) / recent
      if (isChanged === null) return
      firstToldMs ??= nowMs() - sinceMs
      // By the reads that would have found it changed: what is read much may change much more, or less, than the others.
      const look = { sinceMs, isChanged, weight: 1 + hits }
      if (drift.observe(look, { nowMs: nowMs(), stretchMs: ttlMs, perMs: rate.perMs() })) rate.fade(afterDrift)
      rate.observe(look)
    },
    rates() {
      const changesPerMs = rate.perMs()
      if (!Number.isFinite(changesPerMs)) return null
      return { reads: counts.hits + counts.loads, readsPerMs: readsPerMs(), changesPerMs }
    },
    experienceMs() {
      // Twice as long as entries have lived: where writes keep them from living longer, nothing would be learnt of a longer TTL.
      return firstToldMs === null ? 0 : Math.min(nowMs() - firstToldMs, 2 * meanMs)
    },
  }
}
