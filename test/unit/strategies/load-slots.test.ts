import { expect, it } from 'vitest'
import { systemClock } from '../../../src/core/clock.ts'
import { createLoadSlots } from '../../../src/strategies/load-slots.ts'

/** Loads that end when the test says so, in the order in which they began. */
function setup(maxLoads: number) {
  const slots = createLoadSlots(systemClock)
  const begun: string[] = []
  const endings: (() => void)[] = []
  const ask = (name: string, waitedMs = 0, model = 'City') =>
    slots.run(
      { model, maxLoads },
      () => {
        begun.push(name)
        return new Promise<string>((resolve) => endings.push(() => resolve(name)))
      },
      () => waitedMs,
    )
  /** Ends the oldest load that runs. */
  const end = async () => {
    endings.shift()!()
    await new Promise(setImmediate)
  }
  return { slots, begun, ask, end }
}

it('takes the load next for which readers have waited longest, then the one that came first', async () => {
  const { begun, ask, end } = setup(2)
  const all = [ask('a'), ask('b'), ask('c', 5), ask('refresh', 0), ask('d', 9), ask('e', 5)]
  expect(begun).toEqual(['a', 'b'])
  for (const next of ['d', 'c', 'e', 'refresh']) {
    await end()
    expect(begun.at(-1)).toBe(next)
  }
  await end()
  await end()
  expect(await Promise.all(all)).toEqual(['a', 'b', 'c', 'refresh', 'd', 'e'])
  // All places are free again.
  void ask('f')
  void ask('g')
  void ask('h')
  expect(begun.slice(-2)).toEqual(['f', 'g'])
})

it('counts each model by itself', () => {
  const { begun, ask } = setup(1)
  void ask('a')
  void ask('b', 0, 'Country')
  void ask('c')
  expect(begun).toEqual(['a', 'b'])
})

it('gives the place of a load that fails to the next one', async () => {
  const { slots, begun, ask } = setup(1)
  const failing = slots.run(
    { model: 'City', maxLoads: 1 },
    () => Promise.reject(new Error('refused')),
    () => 0,
  )
  void ask('next')
  await expect(failing).rejects.toThrow('refused')
  expect(begun).toEqual(['next'])
})

it('runs what nobody waits for only where there is room', async () => {
  const { slots, begun, ask, end } = setup(1)
  void ask('a')
  expect(slots.tryRun({ model: 'City', maxLoads: 1 }, async () => begun.push('refresh'))).toBeUndefined()
  await end()
  await slots.tryRun({ model: 'City', maxLoads: 1 }, async () => begun.push('refresh'))
  void ask('b')
  expect(begun).toEqual(['a', 'refresh', 'b'])
})

it('compares all that wait at one time', async () => {
  let readings = 0
  // A clock that goes on with every look at it.
  const slots = createLoadSlots({ nowMs: () => ++readings })
  const begun: string[] = []
  const all = ['a', 'b', 'c', 'd'].map((name) =>
    slots.run(
      { model: 'City', maxLoads: 1 },
      async () => begun.push(name),
      (nowMs) => nowMs,
    ),
  )
  await Promise.all(all)
  expect(begun).toEqual(['a', 'b', 'c', 'd'])
  expect(readings).toBe(4)
})
