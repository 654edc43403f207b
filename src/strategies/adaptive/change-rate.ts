/**
 * How often things of a kind change, estimated from looking at them now and then: each look says whether one is what it was at the look
 * before, and not how often it changed in between.
 *
 * Changes are taken to be independent of each other (Poisson), so that nothing is different after `t` with the probability `exp(-rate * t)`,
 * and the rate is the one by which what was seen is most likely. Half a change, and half a look that found none, are added to what was
 * seen: otherwise the rate would be 0 or infinite after the first look.
 *
 * Source: Cho, Garcia-Molina, "Estimating Frequency of Change", ACM Transactions on Internet Technology 3 (3), 2003: the maximum likelihood
 * estimator for irregular accesses, and the halves against its bias.
 */
export interface ChangeRate {
  observe(look: WeighedLook): void
  /** Changes per millisecond; `Infinity` while nothing was seen. */
  perMs(): number
  /** What was seen counts as much less from now on, a number between 0 and 1. */
  fade(factor: number): void
}

export interface WeighedLook {
  /** Since the look before, above 0. */
  readonly sinceMs: number
  readonly isChanged: boolean
  /** Above 0. Things that matter more have more: the rate is that which is seen by those to whom they matter. */
  readonly weight: number
}

/** Two to a factor of two: looks that are this much alike count as if they came after the same time. */
const bucketsPerOctave = 2

/** Of looks that found a change; everything by weight. */
interface Bucket {
  changed: number
  changedMs: number
}

/** What counts for less than this is forgotten. */
const negligible = 1e-6

export function createChangeRate(): ChangeRate {
  const buckets = new Map<number, Bucket>()
  let looks = 0
  // By weight.
  let all = 0
  let allMs = 0
  let unchangedMs = 0
  let known: number | null = null

  return {
    observe({ sinceMs, isChanged, weight }) {
      known = null
      looks += 1
      all += weight
      allMs += weight * sinceMs
      if (!isChanged) {
        unchangedMs += weight * sinceMs
        return
      }
      const at = Math.round(Math.log2(sinceMs) * bucketsPerOctave)
      const bucket = buckets.get(at) ?? { changed: 0, changedMs: 0 }
      buckets.set(at, bucket)
      bucket.changed += weight
      bucket.changedMs += weight * sinceMs
    },
    fade(factor) {
      known = null
      looks *= factor
      all *= factor
      allMs *= factor
      unchangedMs *= factor
      for (const [at, bucket] of buckets) {
        bucket.changed *= factor
        bucket.changedMs *= factor
        if (bucket.changed < negligible) buckets.delete(at)
      }
    },
    perMs() {
      if (looks < negligible) return Number.POSITIVE_INFINITY
      known ??= likeliest([...buckets.values()], {
        pseudoChanged: (0.5 * all) / looks,
        unchangedMs: unchangedMs + (0.5 * allMs) / looks,
      })
      return known
    },
  }
}

/** Per millisecond: from one change in 30 years to a thousand in a millisecond. */
const [slowest, fastest] = [1e-12, 1e3]

function likeliest(
  buckets: readonly Bucket[],
  { pseudoChanged, unchangedMs }: { readonly pseudoChanged: number; readonly unchangedMs: number },
): number {
  const means = buckets.map(({ changed, changedMs }) => ({ changed, meanMs: changedMs / changed }))
  // The slope of the likelihood, which falls: above 0 where the rate is too low.
  const slope = (rate: number) =>
    means.reduce((sum, { changed, meanMs }) => sum + (changed * meanMs) / Math.expm1(rate * meanMs), 0) +
    pseudoChanged / rate -
    unchangedMs
  let [low, high] = [Math.log(slowest), Math.log(fastest)]
  while (high - low > 1e-3) {
    const middle = (low + high) / 2
    if (slope(Math.exp(middle)) > 0) low = middle
    else high = middle
  }
  return Math.exp(low)
}
