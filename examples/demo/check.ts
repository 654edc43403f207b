import { isDeepStrictEqual } from 'node:util'
import type { CachedSite, Site } from './site.ts'
import type { Read } from './traffic.ts'
import type { WriteGate } from './write-gate.ts'

export interface Checker {
  /** Asks both sites, while nobody writes. Only answers that came from the cache count as checked. */
  check(read: Read): Promise<void>
  readonly checked: number
  /** Cached answers that were not what the database holds, type for type. */
  readonly stale: number
}

/**
 * Compares cached answers with the database.
 *
 * With writes paused both sites see the same rows, so any difference is the cache's fault: an entry that a write should have
 * invalidated, or one that was filled with what a load had read before it.
 */
export function createChecker({ cached, plain, gate }: CheckerDeps): Checker {
  let checked = 0
  let stale = 0
  return {
    async check(read) {
      await gate.withoutWrites(async () => {
        const { data, info } = await cached.explain(read)
        if (info.status !== 'hit' && info.status !== 'stale') return
        const truth = await plain.answer(read)
        checked += 1
        if (!isDeepStrictEqual(data, truth)) stale += 1
      })
    },
    get checked() {
      return checked
    },
    get stale() {
      return stale
    },
  }
}

interface CheckerDeps {
  readonly cached: CachedSite
  readonly plain: Site
  readonly gate: WriteGate
}
