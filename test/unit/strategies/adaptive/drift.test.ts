import { expect, it } from 'vitest'
import { seededRandom } from '../../../../examples/shared/random.ts'
import { createDrift } from '../../../../src/strategies/adaptive/drift.ts'

const perMs = 1 / 60_000

/** How many looks, each a second after the other, it takes to notice; `null` if it never does. */
function looksToNotice(isChanged: () => boolean, looks: number): number | null {
  const drift = createDrift()
  for (let i = 1; i <= looks; i += 1) {
    const at = { nowMs: i * 1000, stretchMs: 999, perMs }
    if (drift.observe({ sinceMs: 1000, isChanged: isChanged(), weight: 1 }, at)) return i
  }
  return null
}

it('is noticed within a few changes that were not to be expected', () => {
  expect(looksToNotice(() => true, 100)).toBeLessThanOrEqual(7)
})

it('is noticed when changes fail to come', () => {
  // After about eight that were to be expected.
  const looks = looksToNotice(() => false, 10_000)!
  expect(looks * 1000 * perMs).toBeGreaterThan(4)
  expect(looks * 1000 * perMs).toBeLessThan(12)
})

it('is seldom seen where there is none', () => {
  const random = seededRandom(1)
  let noticed = 0
  for (let run = 0; run < 20; run += 1) {
    if (looksToNotice(() => random() < 1 - Math.exp(-perMs * 1000), 2000) !== null) noticed += 1
  }
  // 33 changes were to be expected in each.
  expect(noticed).toBeLessThanOrEqual(6)
})

it('takes what changes at one time for one event', () => {
  const drift = createDrift()
  for (let i = 0; i < 500; i += 1) {
    const at = { nowMs: 1000, stretchMs: 1000, perMs }
    expect(drift.observe({ sinceMs: 1000, isChanged: true, weight: 1 }, at)).toBe(false)
  }
})
