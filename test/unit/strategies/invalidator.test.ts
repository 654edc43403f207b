import { setImmediate as turn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { createNonceSource } from '../../../src/core/nonce.ts'
import { createMemoryStore } from '../../../src/stores/memory/memory-store.ts'
import { createInvalidator } from '../../../src/strategies/invalidator.ts'
import { createManualClock } from '../stores/manual-clock.ts'

const write = { model: 'City', kind: 'any', changed: 'all', before: {}, after: {}, cause: null } as never

/** An invalidator whose touches are held until the test lets them go. */
function setup() {
  const clock = createManualClock()
  const makeNonce = createNonceSource()
  const store = createMemoryStore({ clock, makeNonce, maxBytes: 100_000 })
  let release = () => {}
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  const invalidator = createInvalidator({
    ...{ clock, makeNonce, report: () => {}, intentMs: 1000, columnsOf: () => undefined },
    gates: { enter: () => undefined, leave: () => {} },
    store: { ...store, touch: (...args) => held.then(() => store.touch(...args)) },
  })
  const steps: string[] = []
  const idle = () => invalidator.idle().then(() => void steps.push('idle'))
  return { invalidator, steps, idle, release }
}

it('is idle when the writes under way have been invalidated', async () => {
  const { invalidator, steps, idle, release } = setup()
  const scope = invalidator.open()
  scope.record(['City'])
  const idling = idle()
  await turn()
  expect(steps).toEqual([])
  const committing = scope.commit([write]).then(() => steps.push('committed'))
  await turn()
  expect(steps).toEqual([])
  release()
  await Promise.all([committing, idling])
  expect(steps).toEqual(['committed', 'idle'])
})

it('is idle when those that were given up have been', async () => {
  const { invalidator, steps, idle } = setup()
  const scope = invalidator.open()
  const idling = idle()
  await turn()
  expect(steps).toEqual([])
  scope.abandon()
  await idling
  expect(steps).toEqual(['idle'])
})

const foreseen = { events: [write], isToldByArgs: () => true }

/** An invalidator whose store makes touches ready. `sent` tells what was done. */
function setupReady() {
  const clock = createManualClock()
  const makeNonce = createNonceSource()
  const store = createMemoryStore({ clock, makeNonce, maxBytes: 100_000 })
  const sent: string[] = []
  const invalidator = createInvalidator({
    ...{ clock, makeNonce, report: () => {}, intentMs: 1000, columnsOf: () => undefined },
    gates: { enter: () => undefined, leave: () => {} },
    store: {
      ...store,
      async touch() {
        sent.push('touch')
        return 0
      },
      readyTouch: (_model, decide) => {
        decide([])
        return async () => sent.push('ready')
      },
    },
  })
  return { scope: invalidator.open(), sent }
}

it('sends what was made ready when it turns out as foreseen', async () => {
  const { scope, sent } = setupReady()
  scope.foresee(foreseen)
  expect(sent).toEqual([])
  await scope.commit([write], { isAsForeseen: true })
  expect(sent).toEqual(['ready'])
})

it.each([
  ['turned out otherwise', foreseen, { isAsForeseen: false }],
  ['is not told by its arguments', { ...foreseen, isToldByArgs: () => false }, { isAsForeseen: true }],
])('sends nothing of it when the write %s', async (_how, what, options) => {
  const { scope, sent } = setupReady()
  scope.foresee(what)
  await scope.commit([write], options)
  expect(sent).toEqual(['touch'])
})

it('makes nothing ready for a write that is over', async () => {
  const { scope, sent } = setupReady()
  const committing = scope.commit([write], { isAsForeseen: true })
  scope.foresee({ ...foreseen, isToldByArgs: () => expect.unreachable() })
  await committing
  expect(sent).toEqual(['touch'])
})
