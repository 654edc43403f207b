import { LRUCache } from 'lru-cache'
import type { Clock } from '../core/clock.ts'
import type { StampTag } from '../core/store.ts'

/**
 * The shapes that the store had no room for. Queries of such a shape are analysed with a coarser one, until it is tried
 * again a minute later: shapes that are no longer used make room.
 */
export interface ShapeLimits {
  refuse(tag: StampTag): void
  isRefused(model: string, shape: string): boolean
}

/** The same, for those who keep what they made of it. */
export interface WatchedShapeLimits extends ShapeLimits {
  /** How many were refused so far: what was made before the last one may be out of date. */
  refusals(): number
  /** Whether any may be refused now. */
  areAny(): boolean
}

const retryMs = 60_000
/** Arguments come from strangers, who may make up any number of shapes. */
const refusedMax = 10_000

export function createShapeLimits({ clock }: { readonly clock: Pick<Clock, 'nowMs'> }): WatchedShapeLimits {
  const refused = new LRUCache<string, true>({ max: refusedMax, ttl: retryMs, perf: { now: () => clock.nowMs() } })
  let refusals = 0
  let lastMs = Number.NEGATIVE_INFINITY
  return {
    refuse(tag) {
      if (tag.kind !== 'shape') return
      refused.set(`${tag.model} ${tag.shape}`, true)
      refusals += 1
      lastMs = clock.nowMs()
    },
    refusals: () => refusals,
    areAny: () => clock.nowMs() - lastMs <= retryMs,
    isRefused: (model, shape) => refused.size > 0 && refused.has(`${model} ${shape}`),
  }
}
