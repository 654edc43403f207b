import { LRUCache } from 'lru-cache'
import { type ChangeRate, createChangeRate } from './change-rate.ts'
import { spendStaleness, type TtlRange } from './spend-staleness.ts'
import { createVersions, type LoadedVersion } from './versions.ts'

/** The TTL of the queries of one shape, and what it is chosen by. */
export interface ShapeTtl {
  /** Milliseconds. */
  ms(): number
  /** To be told of every read that a fresh entry answered, by the digest of its key. */
  hit(key: string): void
  /** To be told of every load, before its TTL is asked for. */
  loaded(version: LoadedVersion): void
}

/** The TTLs of one model: no more than a share of its reads, together, is to be answered with what others have changed. */
export interface AdaptiveTtl {
  shape(id: string): ShapeTtl
}

interface ShapeState {
  readonly rate: ChangeRate
  hits: number
  loads: number
  /** How long the entries that were loaded were to be fresh, together. */
  grantedMs: number
  /** Loads that were not the first of their entry, and the time since the one before, together. */
  reloads: number
  watchedMs: number
  ttlMs: number
}

/** Arguments come from strangers, who may make up any number of shapes. */
const shapesMax = 500
/** Loads of the model after which all TTLs are chosen anew. */
const chosenEvery = 16
/** Reads of the model after which those so far count half. */
const readsMax = 20_000

/**
 * Learns from what this process sees, and begins with the shortest TTL. No entry is fresh for longer than those of its shape have been
 * watched, together.
 */
export function createAdaptiveTtl(range: TtlRange): AdaptiveTtl {
  const states = new LRUCache<string, ShapeState>({ max: shapesMax })
  const versions = createVersions()
  let loads = 0
  let reads = 0

  function choose(): void {
    // Of the others nothing can be said yet.
    const known = [...states.values()].filter(({ rate }) => rate.perMs() < Number.POSITIVE_INFINITY)
    const rates = known.map((state) => ({
      reads: state.hits + state.loads,
      readsPerMs: readsPerMs(state),
      changesPerMs: state.rate.perMs(),
    }))
    const ttls = spendStaleness(rates, range)
    for (const [i, state] of known.entries()) state.ttlMs = Math.max(range.minMs, Math.min(ttls[i]!, state.watchedMs))
  }

  function age(): void {
    reads /= 2
    for (const state of states.values()) {
      state.hits /= 2
      state.loads /= 2
      state.grantedMs /= 2
      state.reloads /= 2
      state.watchedMs /= 2
    }
  }

  function count(): void {
    reads += 1
    if (reads >= readsMax) age()
  }

  function stateOf(id: string): ShapeState {
    const known = states.get(id)
    if (known) return known
    const none = { hits: 0, loads: 0, grantedMs: 0, reloads: 0, watchedMs: 0 }
    const state = { ...none, rate: createChangeRate(), ttlMs: range.minMs }
    states.set(id, state)
    return state
  }

  return {
    shape: (id) => ({
      ms: () => stateOf(id).ttlMs,
      hit(key) {
        count()
        stateOf(id).hits += 1
        versions.hit(`${id} ${key}`)
      },
      loaded(version) {
        count()
        const state = stateOf(id)
        const look = versions.look({ ...version, key: `${id} ${version.key}` })
        state.loads += 1
        if (look) {
          state.reloads += 1
          state.watchedMs += look.sinceMs
          const { sinceMs, isChanged, hits } = look
          // By the reads that would have found it changed: what is read much may change much more, or less, than the others.
          if (isChanged !== null) state.rate.observe({ sinceMs, isChanged, weight: 1 + hits })
        }
        loads += 1
        if (loads % chosenEvery === 0) choose()
        state.grantedMs += state.ttlMs
      },
    }),
  }
}

/**
 * How often an entry is read, while it is fresh. Hits come of loads, and both are spread over all processes alike; but where entries expire
 * before they are read again, there are none. The time between two loads, of which others may have read much, says at least so much.
 */
function readsPerMs({ hits, loads, grantedMs, reloads, watchedMs }: ShapeState): number {
  const byHits = grantedMs > 0 ? hits / grantedMs : 0
  const byTime = watchedMs > 0 ? ((reloads / watchedMs) * (hits + loads)) / loads : 0
  return Math.max(byHits, byTime)
}
