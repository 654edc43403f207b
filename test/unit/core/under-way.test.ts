import { setImmediate } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { countUnderWay } from '../../../src/core/under-way.ts'

/** Whether it has resolved, once everything has run that could. */
async function isOver(promise: Promise<void>): Promise<boolean> {
  let over = false
  void promise.then(() => {
    over = true
  })
  await setImmediate()
  return over
}

it('has nothing to wait for where nothing is under way', async () => {
  expect(await isOver(countUnderWay().ended())).toBe(true)
})

it('waits for all that had begun, and for nothing that begins later', async () => {
  const underWay = countUnderWay()
  const [first, second] = [underWay.begin(), underWay.begin()]
  const ended = underWay.ended()
  const later = underWay.begin()
  underWay.end(first)
  expect(await isOver(ended)).toBe(false)
  underWay.end(second)
  expect(await isOver(ended)).toBe(true)
  underWay.end(later)
})

it('waits a second time for what others wait for already', async () => {
  const underWay = countUnderWay()
  const first = underWay.begin()
  const waiting = underWay.ended()
  const again = underWay.ended()
  expect(await isOver(again)).toBe(false)
  underWay.end(first)
  expect([await isOver(waiting), await isOver(again)]).toEqual([true, true])
})
