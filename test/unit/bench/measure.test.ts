import { expect, it } from 'vitest'
import { takeTurns } from '../../../bench/comparison/measure.ts'

const turns = { rounds: 3, warmUpRounds: 2, sliceMs: 10_000, inFlight: 1 }

it('lets subjects take turns, in another order each round, and forgets the warm-up', async () => {
  const order: string[] = []
  const subjects = ['a', 'b', 'c', 'd'].map((name) => ({ name, callsMax: 1, call: async () => order.push(name) }))
  const measured = await takeTurns(subjects, { ...turns, rounds: 10 })
  const rounds = Array.from({ length: 12 }, (_, round) => order.slice(round * 4, round * 4 + 4).join(''))
  for (const round of rounds) expect([...round].sort().join('')).toBe('abcd')
  expect(new Set(rounds).size).toBeGreaterThan(5)
  expect(measured.get('a')!.slices).toHaveLength(10)
})

it('has as many calls in flight as it was told, and no more in a slice than a subject allows', async () => {
  let [inFlight, most, calls] = [0, 0, 0]
  const call = async () => {
    calls += 1
    most = Math.max(most, ++inFlight)
    await new Promise(setImmediate)
    inFlight -= 1
  }
  await takeTurns([{ name: 'one', callsMax: 20, call }], { ...turns, rounds: 1, warmUpRounds: 0, inFlight: 8 })
  expect([most, calls]).toEqual([8, 20])
})

it('prepares each call, one at a time, and does not count that as time', async () => {
  const events: string[] = []
  const subject = {
    name: 'one',
    callsMax: 2,
    before: async () => {
      events.push('before')
      const endMs = performance.now() + 20
      while (performance.now() < endMs);
    },
    call: async () => events.push('call'),
  }
  const measured = await takeTurns([subject], { ...turns, rounds: 1, warmUpRounds: 0, inFlight: 8 })
  expect(events).toEqual(['before', 'call', 'before', 'call'])
  const [slice] = measured.get('one')!.slices
  expect(slice!.seconds).toBeLessThan(0.03)
})

it('reads the gauge of a subject around its slices only', async () => {
  let statements = 0
  const sending = { name: 'sending', callsMax: 3, call: async () => statements++, gauge: () => statements }
  const silent = { name: 'silent', callsMax: 3, call: async () => {}, gauge: () => statements }
  const measured = await takeTurns([sending, silent], turns)
  expect(measured.get('sending')!.slices.map(({ gauged }) => gauged)).toEqual([3, 3, 3])
  expect(measured.get('silent')!.slices.map(({ gauged }) => gauged)).toEqual([0, 0, 0])
})

it('leaves out of the gauge what comes before a call', async () => {
  let statements = 0
  const asking = {
    name: 'asking',
    callsMax: 3,
    before: async () => (statements += 5),
    call: async () => statements++,
    gauge: () => statements,
  }
  const measured = await takeTurns([asking], turns)
  expect(measured.get('asking')!.slices.map(({ gauged }) => gauged)).toEqual([3, 3, 3])
})

it('gives no more turns to a subject that throws, and goes on with the others', async () => {
  let calls = 0
  const failing = {
    name: 'failing',
    call: async () => {
      calls += 1
      throw new Error('not today')
    },
  }
  const measured = await takeTurns([failing, { name: 'other', callsMax: 1, call: async () => {} }], turns)
  expect(calls).toBe(1)
  expect(measured.get('failing')!.failure).toEqual(new Error('not today'))
  expect(measured.get('other')!.slices).toHaveLength(3)
})
