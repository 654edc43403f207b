import { expect, it } from 'vitest'
import { systemClock } from '../../../src/core/clock.ts'
import { createLoadSlots, LoadGivenUp } from '../../../src/strategies/load-slots.ts'

const waitingWith = (urgency: (nowMs: number) => number) => ({ urgency, onGone() {} })
const settled = () => new Promise(setImmediate)

/** Loads that end when the test says so, in the order in which they began. */
function setup(maxLoads: number) {
  const slots = createLoadSlots(systemClock)
  const begun: string[] = []
  const endings: (() => void)[] = []
  const ask = async (name: string, urgency = 0, model = 'City') => {
    const slot = await slots.take(
      { model, maxLoads },
      waitingWith(() => urgency),
    )
    begun.push(name)
    await new Promise<void>((resolve) => endings.push(resolve))
    slot.free()
    return name
  }
  /** Ends the oldest load that runs. */
  const end = async () => {
    endings.shift()!()
    await settled()
  }
  return { slots, begun, ask, end }
}

it('takes the load next for which readers have waited longest, then the one that came first', async () => {
  const { begun, ask, end } = setup(2)
  const all = [ask('a'), ask('b'), ask('c', 5), ask('nobody', 0), ask('d', 9), ask('e', 5)]
  await settled()
  expect(begun).toEqual(['a', 'b'])
  for (const next of ['d', 'c', 'e', 'nobody']) {
    await end()
    expect(begun.at(-1)).toBe(next)
  }
  await end()
  await end()
  expect(await Promise.all(all)).toEqual(['a', 'b', 'c', 'nobody', 'd', 'e'])
  // All places are free again.
  for (const name of ['f', 'g', 'h']) void ask(name)
  await settled()
  expect(begun.slice(-2)).toEqual(['f', 'g'])
})

it('counts each model by itself', async () => {
  const { begun, ask } = setup(1)
  void ask('a')
  void ask('b', 0, 'Country')
  void ask('c')
  await settled()
  expect(begun).toEqual(['a', 'b'])
})

it('has room once for each time that a slot is taken, however often it is freed', async () => {
  const { slots, begun, ask } = setup(1)
  const slot = await slots.take(
    { model: 'City', maxLoads: 1 },
    waitingWith(() => 0),
  )
  for (const name of ['a', 'b']) void ask(name)
  slot.free()
  slot.free()
  await settled()
  expect(begun).toEqual(['a'])
})

it('gives what nobody waits for a slot only where there is room', async () => {
  const { slots, ask, end } = setup(1)
  const tryTake = () => slots.tryTake({ model: 'City', maxLoads: 1 })
  void ask('a')
  await settled()
  expect(tryTake()).toBeUndefined()
  await end()
  const slot = tryTake()
  expect([slot === undefined, tryTake()]).toEqual([false, undefined])
  slot?.free()
  expect(tryTake()).toBeDefined()
})

it('takes what is given up out of the queue, and gives its place to the next one', async () => {
  const { slots, begun, ask, end } = setup(1)
  void ask('a')
  let giveUp = () => {}
  const waiting = {
    urgency: () => 9,
    onGone(gone: () => void) {
      giveUp = gone
    },
  }
  const given = slots.take({ model: 'City', maxLoads: 1 }, waiting)
  void ask('b')
  await settled()
  giveUp()
  await expect(given).rejects.toThrow(LoadGivenUp)
  await end()
  expect(begun).toEqual(['a', 'b'])
})

it('compares all that wait at one time', async () => {
  let readings = 0
  // A clock that goes on with every look at it.
  const slots = createLoadSlots({ nowMs: () => ++readings })
  const begun: string[] = []
  const ask = async (name: string) => {
    const slot = await slots.take(
      { model: 'City', maxLoads: 1 },
      waitingWith((nowMs) => nowMs),
    )
    begun.push(name)
    slot.free()
  }
  await Promise.all(['a', 'b', 'c', 'd'].map(ask))
  expect(begun).toEqual(['a', 'b', 'c', 'd'])
  expect(readings).toBe(4)
})
