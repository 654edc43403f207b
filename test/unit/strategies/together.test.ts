import { expect, it } from 'vitest'
import { together } from '../../../src/strategies/fill.ts'

it('a tag that is told twice keeps the stamp from before, and its place', () => {
  const first = { ids: ['r City', 'u home'], stamps: ['a', 'b'] }
  const second = { ids: ['v City id #1', 'u home', 'u news'], stamps: ['c', 'late', 'd'] }
  expect(together(first, second)).toEqual({
    ids: ['r City', 'u home', 'v City id #1', 'u news'],
    stamps: ['a', 'b', 'c', 'd'],
  })
})
