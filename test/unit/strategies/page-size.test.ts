import { expect, it } from 'vitest'
import { createPageSize } from '../../../src/strategies/pending/page-size.ts'

it('halves with each failure, down to one, and doubles with each page that got through, up to what it was', () => {
  const size = createPageSize(9)
  const sizes = (step: () => void, count: number) =>
    Array.from({ length: count }, () => {
      step()
      return size.writes()
    })
  expect(size.writes()).toBe(9)
  expect(sizes(size.failed, 5)).toEqual([5, 3, 2, 1, 1])
  expect(sizes(size.passed, 5)).toEqual([2, 4, 8, 9, 9])
})
