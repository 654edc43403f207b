import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../../../examples/shared/random.ts'
import {
  priceOfStaleness,
  type ShapeRates,
  type TtlRange,
  ttlAtPrice,
} from '../../../../src/strategies/adaptive/spend-staleness.ts'

const range = { minMs: 1000, maxMs: 3_600_000, staleShare: 0.01 }
const often: ShapeRates = { reads: 100, readsPerMs: 0.01, changesPerMs: 1e-6 }

/** The TTL of each. */
function spendStaleness(shapes: readonly ShapeRates[], range: TtlRange): readonly number[] {
  const price = priceOfStaleness(shapes, range)
  return shapes.map((shape) => ttlAtPrice(shape, price, range))
}

/** An entry with this TTL: reads at random, changes at random. Nothing of the formulas under test. */
function simulated({ readsPerMs, changesPerMs }: ShapeRates, ttlMs: number, reads: number, seed: number) {
  const random = seededRandom(seed)
  const next = (rate: number) => -Math.log(1 - random()) / rate
  let [nowMs, changesAtMs, loadedMs] = [0, next(changesPerMs), Number.NEGATIVE_INFINITY]
  let [hits, stale, version, loaded] = [0, 0, 0, -1]
  for (let i = 0; i < reads; i += 1) {
    nowMs += next(readsPerMs)
    for (; changesAtMs <= nowMs; changesAtMs += next(changesPerMs)) version += 1
    if (nowMs - loadedMs < ttlMs) {
      hits += 1
      if (loaded !== version) stale += 1
    } else [loadedMs, loaded] = [nowMs, version]
  }
  return { hits: hits / reads, stale: stale / reads }
}

/** Of many entries of these shapes, with these TTLs. */
function together(shapes: readonly ShapeRates[], ttls: readonly number[]) {
  const each = shapes.map((shape, i) => ({ shape, ...simulated(shape, ttls[i]!, 40_000, i + 1) }))
  const all = shapes.reduce((sum, { reads }) => sum + reads, 0)
  return {
    hits: each.reduce((sum, { shape, hits }) => sum + shape.reads * hits, 0) / all,
    stale: each.reduce((sum, { shape, stale }) => sum + shape.reads * stale, 0) / all,
  }
}

it('keeps within the range', () => {
  const never = { ...often, changesPerMs: 1e-12 }
  const always = { ...often, changesPerMs: 1 }
  expect(spendStaleness([never], range)).toEqual([range.maxMs])
  expect(spendStaleness([always], range)).toEqual([range.minMs])
  expect(spendStaleness([], range)).toEqual([])
})

it('has nobody pay for a shape that changes too often for any TTL', () => {
  const always = { ...often, reads: 1000, changesPerMs: 1 }
  expect(spendStaleness([always, often], range)).toEqual([range.minMs, ...spendStaleness([often], range)])
})

it('gives a longer TTL to what changes less, and to what is read less', () => {
  const [base, steady, seldom] = spendStaleness(
    [often, { ...often, changesPerMs: often.changesPerMs / 4 }, { ...often, readsPerMs: often.readsPerMs / 4 }],
    range,
  ) as [number, number, number]
  // With the square root of both, where there are many reads to a load.
  expect(steady / base).toBeCloseTo(2, 1)
  expect(seldom / base).toBeCloseTo(2, 1)
})

describe('of shapes that change at different rates', () => {
  const shapes = [1e-7, 1e-6, 1e-5, 1e-4].map((changesPerMs) => ({ ...often, changesPerMs }))

  it.each([0.003, 0.01, 0.05])('answers as many reads with what has changed as it may: %f', (staleShare) => {
    const { stale } = together(shapes, spendStaleness(shapes, { ...range, minMs: 1, staleShare }))
    expect(stale / staleShare).toBeGreaterThan(0.7)
    expect(stale / staleShare).toBeLessThan(1.2)
  })

  it('has more hits than any one TTL that answers as many with what has changed', () => {
    const wide = { ...range, minMs: 1, maxMs: 1e9 }
    const adaptive = together(shapes, spendStaleness(shapes, wide))
    const fixed = [30, 100, 300, 1000, 3000].map((ttlMs) =>
      together(
        shapes,
        shapes.map(() => ttlMs),
      ),
    )
    const asStale = fixed.filter(({ stale }) => stale <= adaptive.stale)
    expect(asStale.length).toBeGreaterThan(0)
    expect(asStale.length).toBeLessThan(fixed.length)
    for (const { hits } of asStale) expect(adaptive.hits).toBeGreaterThan(hits)
  })
})
