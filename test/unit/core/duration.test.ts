import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseDuration } from '../../../src/core/duration.ts'

describe('parseDuration', () => {
  it.each([
    [0, 0],
    [90, 90_000],
    [0.25, 250],
    [0.1 + 0.2, 300],
    [0.0001, 1],
    ['0s', 0],
    ['250ms', 250],
    ['30s', 30_000],
    ['5m', 300_000],
    ['1.5h', 5_400_000],
    ['2h', 7_200_000],
    ['1d', 86_400_000],
    ['0.1ms', 1],
  ])('reads %s as %d ms', (input, expected) => {
    expect(parseDuration(input)).toBe(expected)
  })

  it.each([
    [-1],
    [Number.NaN],
    [Number.POSITIVE_INFINITY],
    [1e300],
    [''],
    ['5'],
    ['5 m'],
    ['5M'],
    ['-5m'],
    ['1y'],
    ['.5s'],
    ['5m\n'],
    ['soon'],
    [`${'9'.repeat(120)}s`],
    [null],
    [undefined],
    [5n],
    [{}],
  ])('refuses %s', (input) => {
    expect(parseDuration(input)).toBeUndefined()
  })

  it('reads a number as the same number of seconds', () => {
    fc.assert(
      fc.property(fc.nat(), (seconds) => {
        expect(parseDuration(seconds)).toBe(parseDuration(`${seconds}s`))
      }),
    )
  })
})
