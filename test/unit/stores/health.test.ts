import { expect, it } from 'vitest'
import { createHealth } from '../../../src/stores/redis/health.ts'
import { createManualClock } from './manual-clock.ts'

const commandDeadlineMs = 200
const recoveryMs = 3450

function setup() {
  const clock = createManualClock()
  const health = createHealth({ clock, commandDeadlineMs })
  const fail = () => {
    const askedMs = clock.nowMs()
    clock.advance(commandDeadlineMs)
    health.failed(askedMs)
  }
  return { clock, health, fail }
}

it('recovers for as long as others need to be back, after a silence in which something failed', () => {
  const { clock, health, fail } = setup()
  fail()
  clock.advance(400)
  expect(health.isInDoubt()).toBe(true)
  health.answered()
  expect([health.isInDoubt(), health.isRecovering()]).toEqual([false, true])
  clock.advance(recoveryMs - 1)
  expect(health.isRecovering()).toBe(true)
  clock.advance(1)
  expect(health.isRecovering()).toBe(false)
})

it('takes no short failure for an outage, and no silence in which nothing failed', () => {
  const { clock, health, fail } = setup()
  fail()
  health.answered()
  clock.advance(60_000)
  health.answered()
  expect([health.isInDoubt(), health.isRecovering()]).toEqual([false, false])
})

it('recovers when a server that counted as down is back, unless it was away for a moment only', () => {
  const { clock, health } = setup()
  clock.advance(100)
  health.answered({ isBack: true })
  expect(health.isRecovering()).toBe(false)
  clock.advance(501)
  health.answered({ isBack: true })
  expect(health.isRecovering()).toBe(true)
})

it('is closed and opened in the middle of an outage, and knows of it when it ends', () => {
  const { clock, health, fail } = setup()
  fail()
  clock.advance(400)
  health.opened()
  health.answered()
  expect(health.isRecovering()).toBe(true)
})

it('counts commands that fail together once', () => {
  const { clock, health, fail } = setup()
  const askedMs = clock.nowMs()
  fail()
  health.failed(askedMs)
  expect(health.failuresInARow()).toBe(1)
  fail()
  expect(health.failuresInARow()).toBe(2)
  health.opened()
  expect(health.failuresInARow()).toBe(0)
})
