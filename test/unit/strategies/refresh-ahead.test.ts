import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../../examples/shared/random.ts'
import { isDue } from '../../../src/strategies/refresh-ahead.ts'

const entry = (more: object = {}) => ({ freshMs: 1000, ageMs: 900, loadMs: 50, ...more })

describe('refresh ahead', () => {
  it('is off without a word', () => {
    expect(isDue(entry({ ageMs: 999 }), null, () => 0)).toBe(false)
  })

  it('begins with a part of the TTL', () => {
    const due = (ageMs: number) => isDue(entry({ ageMs }), { kind: 'threshold', part: 0.8 }, () => 1)
    expect([0, 799, 800, 999].map(due)).toEqual([false, false, true, true])
  })

  // The time before the end at which a hit loads is exponential with the mean beta * loadMs: past `left` with exp(-left / mean).
  it.each([
    { beta: 1, left: 100, loadMs: 50 },
    { beta: 2, left: 100, loadMs: 50 },
    { beta: 1, left: 100, loadMs: 500 },
    { beta: 0.5, left: 10, loadMs: 20 },
  ])('is as probable as XFetch says: beta $beta, $left ms left, loaded in $loadMs ms', ({ beta, left, loadMs }) => {
    const random = seededRandom(1)
    const draws = 100_000
    const one = entry({ ageMs: 1000 - left, loadMs })
    let due = 0
    for (let i = 0; i < draws; i += 1) due += Number(isDue(one, { kind: 'xfetch', beta }, random))
    expect(due / draws).toBeCloseTo(Math.exp(-left / (beta * loadMs)), 2)
  })

  it('never loads early what the database did not have to load', () => {
    expect(isDue(entry({ loadMs: 0, ageMs: 999 }), { kind: 'xfetch', beta: 1 }, () => 0)).toBe(false)
  })
})
