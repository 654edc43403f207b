import { expect, it } from 'vitest'
import { seededRandom } from '../../../../examples/shared/random.ts'
import { createChangeRate } from '../../../../src/strategies/adaptive/change-rate.ts'

const hourMs = 3_600_000

/** Looks at something that changes at random, after times that are random too. */
function watched(changesPerMs: number, meanLookMs: number, looks: number, seed: number) {
  const random = seededRandom(seed)
  const rate = createChangeRate()
  for (let i = 0; i < looks; i += 1) {
    const sinceMs = -Math.log(1 - random()) * meanLookMs
    rate.observe({ sinceMs, isChanged: random() >= Math.exp(-changesPerMs * sinceMs), weight: 1 })
  }
  return rate
}

it('is not known before a look', () => {
  expect(createChangeRate().perMs()).toBe(Number.POSITIVE_INFINITY)
})

it.each([
  ['seldom: most looks find no change', 1000],
  ['as often as is looked', 60_000],
  ['more often than is looked: several changes look like one', 200_000],
])('finds how often something changes, %s', (_, meanLookMs) => {
  const changesPerMs = 1 / 60_000
  for (const seed of [1, 2, 3]) {
    const found = watched(changesPerMs, meanLookMs, 5000, seed).perMs()
    expect(found / changesPerMs).toBeGreaterThan(0.5)
    expect(found / changesPerMs).toBeLessThan(2)
  }
})

it('counts half a change where none was seen', () => {
  const rate = createChangeRate()
  for (let i = 0; i < 10; i += 1) rate.observe({ sinceMs: hourMs, isChanged: false, weight: 1 })
  // Half a look is added, too.
  expect(rate.perMs()).toBeCloseTo(0.5 / (10.5 * hourMs), 12)
})

it('is finite where every look found a change', () => {
  const rate = createChangeRate()
  for (let i = 0; i < 10; i += 1) rate.observe({ sinceMs: 1000, isChanged: true, weight: 1 })
  // 10 changed looks and a half, of which half found none.
  expect(Math.exp(-rate.perMs() * 1000)).toBeCloseTo(0.5 / 10.5, 1)
})

it('takes what has faded for less than what is new', () => {
  const rate = createChangeRate()
  for (let i = 0; i < 1000; i += 1) rate.observe({ sinceMs: 1000, isChanged: false, weight: 1 })
  rate.fade(1 / 1000)
  for (let i = 0; i < 100; i += 1) rate.observe({ sinceMs: 1000, isChanged: i % 2 === 0, weight: 1 })
  expect(1 - Math.exp(-rate.perMs() * 1000)).toBeCloseTo(0.5, 1)
})

it('stays sound however long what was seen fades', () => {
  const rate = createChangeRate()
  rate.observe({ sinceMs: 600_000, isChanged: true, weight: 1 })
  for (let i = 0; i < 100_000; i += 1) {
    rate.observe({ sinceMs: 2000, isChanged: i % 3 === 0, weight: 1 })
    if (i % 10 === 0) rate.fade(0.5)
  }
  expect(rate.perMs() * 2000).toBeGreaterThan(0.2)
  expect(rate.perMs() * 2000).toBeLessThan(0.8)
  for (let i = 0; i < 100; i += 1) rate.fade(0.5)
  expect(rate.perMs()).toBe(Number.POSITIVE_INFINITY)
})

it('is the rate that those see to whom something matters', () => {
  const rate = createChangeRate()
  for (let i = 0; i < 200; i += 1) {
    rate.observe({ sinceMs: 1000, isChanged: false, weight: 1 })
    rate.observe({ sinceMs: 1000, isChanged: i % 2 === 0, weight: 9 })
  }
  // 4.5 of 10 change in a second.
  expect(1 - Math.exp(-rate.perMs() * 1000)).toBeCloseTo(0.45, 1)
})
