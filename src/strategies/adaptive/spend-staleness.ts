/** What is known of the queries of one shape. */
export interface ShapeRates {
  /** Reads, in any unit that all shapes share. */
  readonly reads: number
  /** Of one entry: how often it is read while it is fresh, per millisecond. */
  readonly readsPerMs: number
  /** How often it changes without anybody telling, per millisecond. */
  readonly changesPerMs: number
}

export interface TtlRange {
  readonly minMs: number
  readonly maxMs: number
  /** Of all reads, how many may be answered with what is no longer so: between 0 and 1. */
  readonly staleShare: number
}

/**
 * What a stale answer is worth, in loads, so that as many reads as possible are hits while no more than a share of them are stale.
 *
 * An entry that is read `r` times and changes `c` times in a unit of time, with a TTL of `t`, is loaded `r / (1 + r t)` times and answers
 * about `r * r c t² / 2 / (1 + r t)` reads with what has changed. Let a stale answer be worth `p` loads; then both together cost least for
 * the `t` with `p c t + p c r t² / 2 = 1`. Entries that are read often get one that falls with the square root of `r c`, others one that
 * falls with `c`. What a stale answer is worth is the same for all shapes, and so high that the share is kept. A shape of which the shortest
 * TTL makes more stale than that gets it and is left out of the account: others need not pay for what cannot be helped.
 *
 * Sources: Jung, Berger, Balakrishnan, "Modeling TTL-based Internet Caches", INFOCOM 2003 (what a TTL does to hits); Cho, Garcia-Molina,
 * "Effective Page Refresh Policies for Web Crawlers", ACM Transactions on Database Systems 28 (4), 2003 (one price for all).
 */
export function priceOfStaleness(shapes: readonly ShapeRates[], range: TtlRange): number {
  const { staleShare } = range
  const spending = shapes.filter((shape) => !isHopeless(shape, range))
  const reads = spending.reduce((sum, shape) => sum + shape.reads, 0)
  const isKept = (price: number) => {
    const staleOf = (shape: ShapeRates) => shape.reads * staleShareOf(shape, ttlAtPrice(shape, price, range))
    return spending.reduce((sum, shape) => sum + staleOf(shape), 0) <= staleShare * reads
  }
  let [low, high] = [Math.log(cheap), Math.log(dear)]
  if (isKept(cheap)) return cheap
  while (high - low > 1e-3) {
    const middle = (low + high) / 2
    if (isKept(Math.exp(middle))) high = middle
    else low = middle
  }
  return Math.exp(high)
}

/** What a stale answer may be worth, in loads. */
const [cheap, dear] = [1e-12, 1e12]

/** Milliseconds. */
export function ttlAtPrice(shape: ShapeRates, price: number, range: TtlRange): number {
  const { minMs, maxMs } = range
  return isHopeless(shape, range) ? minMs : Math.min(maxMs, Math.max(minMs, cheapest(shape, price)))
}

function isHopeless(shape: ShapeRates, { minMs, staleShare }: TtlRange): boolean {
  return staleShareOf(shape, minMs) > staleShare
}

/** The positive root of `price * changes * t + price * changes * reads * t² / 2 = 1`, without the difference of two large numbers. */
function cheapest({ readsPerMs, changesPerMs }: ShapeRates, price: number): number {
  const seldomMs = 1 / (price * changesPerMs)
  return (2 * seldomMs) / (1 + Math.sqrt(1 + 2 * readsPerMs * seldomMs))
}

/** Of the reads of an entry, how many find what is no longer so. */
function staleShareOf({ readsPerMs, changesPerMs }: ShapeRates, ttlMs: number): number {
  const readsMax = readsPerMs * ttlMs
  const changes = changesPerMs * ttlMs
  // `1 - (1 - exp(-x)) / x`, of which too little is left of small ones.
  const stale = changes < 1e-4 ? changes / 2 : 1 + Math.expm1(-changes) / changes
  return (readsMax / (1 + readsMax)) * stale
}
