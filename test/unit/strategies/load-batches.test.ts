import { expect, it } from 'vitest'
import { alone, type BatchMember, createLoadBatches } from '../../../src/strategies/load-batches.ts'
import { createManualClock } from '../stores/manual-clock.ts'

const unlimited = Number.POSITIVE_INFINITY
const loadTimeout = { softMs: unlimited, hardMs: unlimited }
const plan = { operation: 'findUnique', pending: [], maxLoads: unlimited, loadTimeout } as const

function setup() {
  const clock = createManualClock()
  const batches = createLoadBatches(clock)
  const begun: string[] = []
  const load = (name: string, member: BatchMember) => Promise.resolve(member.ready()).then(() => begun.push(name))
  const members = (count: number) => Array.from({ length: count }, () => batches.enter(plan))
  return { clock, batches, begun, load, members }
}

const tick = () => new Promise(setImmediate)

it('loads of one tick begin together, when the last of them can', async () => {
  const { begun, load, members } = setup()
  const [one, two, three] = members(3)
  await tick()
  void load('one', one!)
  await tick()
  void load('two', two!)
  await tick()
  expect(begun).toEqual([])
  void load('three', three!)
  await Promise.resolve()
  await Promise.resolve()
  expect(begun.sort()).toEqual(['one', 'three', 'two'])
})

it('waits for none that leaves, whenever and however often it says so, and for none of another tick', async () => {
  const { begun, load, members } = setup()
  const [one, two, three] = members(3)
  await tick()
  const [later] = members(1)
  two!.leave()
  void load('one', one!)
  await tick()
  expect(begun).toEqual([])
  two!.leave()
  three!.leave()
  await tick()
  expect(begun).toEqual(['one'])
  three!.leave()
  // One that left loads when it can.
  void load('three', three!)
  void load('later', later!)
  await tick()
  expect(begun).toEqual(['one', 'three', 'later'])
})

it('waits for a moment at most, and once more for who comes after that', async () => {
  const { clock, begun, load, members } = setup()
  const [one, two, three] = members(4)
  await tick()
  void load('one', one!)
  void load('two', two!)
  clock.advance(99)
  await tick()
  expect(begun).toEqual([])
  clock.advance(1)
  await tick()
  expect(begun).toEqual(['one', 'two'])
  void load('three', three!)
  await tick()
  expect(begun).toEqual(['one', 'two'])
  clock.advance(100)
  await tick()
  expect(begun).toEqual(['one', 'two', 'three'])
})

it.each([
  ['is no lookup by key', { ...plan, operation: 'findMany' }],
  ['waits for accepted writes', { ...plan, pending: ['City'] }],
  ['waits for a place', { ...plan, maxLoads: 8 }],
  ['has little time', { ...plan, loadTimeout: { ...loadTimeout, hardMs: 50 } }],
])('has no part in it what %s', (_, other) => {
  expect(setup().batches.enter(other)).toBe(alone)
})
