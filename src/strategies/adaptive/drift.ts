import type { WeighedLook } from './change-rate.ts'

/**
 * Notices when a rate is no longer what it was, from looks that find more changes than it explains, or fewer.
 *
 * What is seen within one stretch of time counts as one look: an import changes everything at once, and is one event however many entries
 * show it. Two sums say how much better a rate four times as high, or as low, explains what was seen since they were last at 0; one that
 * reaches {@link alarm} is taken for a drift.
 *
 * Source: Page, "Continuous Inspection Schemes", Biometrika 41, 1954 (CUSUM).
 */
export interface Drift {
  /** Whether what was seen until now is a drift; it begins anew then. `perMs` is the rate that is believed in. */
  observe(
    look: WeighedLook,
    at: { readonly nowMs: number; readonly stretchMs: number; readonly perMs: number },
  ): boolean
}

/** As the logarithm of how much more likely: 400 times. Five changes in a row that were not to be expected, or eight that failed to come. */
const alarm = 6
const factor = 4

export function createDrift(): Drift {
  let [more, less] = [0, 0]
  let stretch = { sinceMs: Number.NEGATIVE_INFINITY, all: 0, allMs: 0, changed: 0 }

  /** Of one look that found a change to this part. */
  function weigh(changedPart: number, meanMs: number, perMs: number): void {
    const better = (than: number) => {
      const changed = Math.log(Math.expm1(-perMs * than * meanMs) / Math.expm1(-perMs * meanMs))
      return changedPart * changed - (1 - changedPart) * perMs * (than - 1) * meanMs
    }
    more = Math.max(0, more + better(factor))
    less = Math.max(0, less + better(1 / factor))
  }

  return {
    observe({ sinceMs, isChanged, weight }, { nowMs, stretchMs, perMs }) {
      if (nowMs - stretch.sinceMs > stretchMs) {
        const { all, allMs, changed } = stretch
        if (all > 0 && Number.isFinite(perMs)) weigh(changed / all, allMs / all, perMs)
        stretch = { sinceMs: nowMs, all: 0, allMs: 0, changed: 0 }
      }
      stretch.all += weight
      stretch.allMs += weight * sinceMs
      if (isChanged) stretch.changed += weight
      if (more < alarm && less < alarm) return false
      more = 0
      less = 0
      return true
    },
  }
}
