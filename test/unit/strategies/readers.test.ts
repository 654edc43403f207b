import { expect, it } from 'vitest'
import { createReader, createReaders } from '../../../src/strategies/readers.ts'

function setup(limitMs = Number.POSITIVE_INFINITY) {
  let now = 0
  const readers = createReaders(limitMs, { nowMs: () => now })
  let gone = 0
  readers.waiting.onGone(() => {
    gone += 1
  })
  return {
    readers,
    urgency: readers.waiting.urgency,
    gone: () => gone,
    joinAt(atMs: number) {
      now = atMs
      const reader = createReader()
      readers.join(reader)
      return reader
    },
  }
}

it('adds up how long all have waited', () => {
  const { joinAt, urgency } = setup()
  joinAt(100)
  for (let i = 0; i < 3; i += 1) joinAt(110)
  expect(urgency(115)).toBe(15 + 3 * 5)
})

it('no longer counts who has left', () => {
  const { joinAt, urgency } = setup()
  const one = joinAt(100)
  const other = joinAt(110)
  one.leave({ isAnswered: true })
  expect(urgency(130)).toBe(20)
  other.leave({ isAnswered: true })
  expect(urgency(1000)).toBe(0)
})

it('grows less urgent again as those who leave after a limit come near it', () => {
  const { joinAt, urgency } = setup(100)
  joinAt(0)
  joinAt(0)
  expect([10, 50, 90, 100].map(urgency)).toEqual([20, 100, 20, 0])
})

it('is gone when the last one leaves without an answer', () => {
  const { joinAt, readers, gone } = setup()
  const [one, other] = [joinAt(0), joinAt(0)]
  one.leave({ isAnswered: false })
  expect([readers.areGone(), gone()]).toEqual([false, 0])
  other.leave({ isAnswered: false })
  expect([readers.areGone(), gone()]).toEqual([true, 1])
  let told = 0
  readers.waiting.onGone(() => {
    told += 1
  })
  expect(told).toBe(1)
})

it('is of use to those who come later, if somebody was answered with something older', () => {
  const { joinAt, readers, gone } = setup()
  joinAt(0).leave({ isAnswered: true })
  expect([readers.areGone(), gone()]).toEqual([false, 0])
})
