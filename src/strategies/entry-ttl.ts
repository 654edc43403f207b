import type { Clock } from '../core/clock.ts'
import type { ResultContext, Ttl } from '../core/config.ts'
import { type AdaptiveTtl, createAdaptiveTtl, type ShapeTtl } from './adaptive/adaptive-ttl.ts'

/** How long the entries of one query are fresh. */
export interface EntryTtl {
  /** Milliseconds; throws what the user's function throws. */
  readonly msOf: (context: ResultContext) => number
  /** The longest that it may be; `null` when nobody knows. */
  readonly longestMs: number | null
  /** Whether `msOf` is a function of the user's, and needs to know the call. */
  readonly isComputed: boolean
  /** To be told of hits and loads, where it is chosen by them. */
  readonly adaptive: ShapeTtl | null
}

/** @param shape what queries must have in common to change, and be read, alike. */
export type EntryTtls = (model: string, ttl: Ttl, shape: () => string) => EntryTtl

export function createEntryTtls(clock: Pick<Clock, 'nowMs'>): EntryTtls {
  const models = new Map<string, AdaptiveTtl>()
  return (model, ttl, shape) => {
    if (ttl.kind === 'fixed') return { msOf: () => ttl.ms, longestMs: ttl.ms, isComputed: false, adaptive: null }
    if (ttl.kind === 'computed') return { msOf: ttl.msOf, longestMs: null, isComputed: true, adaptive: null }
    const ofModel = models.get(model) ?? createAdaptiveTtl(ttl, clock)
    models.set(model, ofModel)
    const adaptive = ofModel.shape(shape())
    return { msOf: adaptive.ms, longestMs: ttl.maxMs, isComputed: false, adaptive }
  }
}
