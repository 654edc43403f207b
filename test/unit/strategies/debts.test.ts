import { expect, it } from 'vitest'
import { createNonceSource } from '../../../src/core/nonce.ts'
import { createMemoryStore } from '../../../src/stores/memory/memory-store.ts'
import { createDebts } from '../../../src/strategies/debts.ts'
import { createManualClock } from '../stores/manual-clock.ts'

/** Debts to a store that is out of reach until the test says otherwise. */
function setup() {
  const clock = createManualClock()
  const store = createMemoryStore({ clock, makeNonce: createNonceSource(), maxBytes: 100_000 })
  const payable = new Set<string>()
  let isOut = true
  const debts = createDebts({
    clock,
    report: () => {},
    store: {
      ...store,
      async dropRoots(models) {
        if (isOut && !models.every((model) => payable.has(model))) throw new Error('out of reach')
        await store.dropRoots(models)
      },
    },
  })
  const acknowledged: string[] = []
  return {
    debts,
    acknowledged,
    owe: (model: string) => void debts.owe([model], new Error('out of reach')).then(() => acknowledged.push(model)),
    /** For all models, or for some. */
    comeBack(models?: readonly string[]) {
      if (!models) isOut = false
      for (const model of models ?? []) payable.add(model)
    },
    async pass(ms: number) {
      for (let passedMs = 0; passedMs < ms; passedMs += 10) {
        clock.advance(10)
        await new Promise(setImmediate)
      }
    },
  }
}

it('holds a write back until it is made good, where that is soon', async () => {
  const { debts, acknowledged, owe, comeBack, pass } = setup()
  owe('City')
  await pass(500)
  expect(acknowledged).toEqual([])
  comeBack()
  await pass(100)
  expect(acknowledged).toEqual(['City'])
  expect(debts.owes(['City'])).toBe(false)
})

it('holds the writes of a model back for the beginning of an outage, and no longer', async () => {
  const { debts, acknowledged, owe, pass } = setup()
  owe('City')
  await pass(1000)
  owe('City')
  await pass(200)
  expect(acknowledged).toEqual([])
  await pass(50)
  expect(acknowledged).toEqual(['City', 'City'])
  owe('City')
  await pass(10)
  expect(acknowledged).toHaveLength(3)
  expect(debts.owes(['City'])).toBe(true)
})

it('holds no write back for the beginning of an outage that is over, of whatever model', async () => {
  const { acknowledged, owe, pass } = setup()
  owe('City')
  await pass(2000)
  for (const model of ['Country', 'River']) {
    owe(model)
    await pass(10)
  }
  expect(acknowledged).toEqual(['City', 'Country', 'River'])
})

it('holds a write back in a short outage, also where another model is owed for good', async () => {
  const { debts, acknowledged, owe, comeBack, pass } = setup()
  owe('Refused')
  await pass(2000)
  debts.taken()
  owe('City')
  await pass(500)
  expect(acknowledged).toEqual(['Refused'])
  comeBack(['City'])
  await pass(100)
  expect(acknowledged).toEqual(['Refused', 'City'])
})

it('pays for each model by itself', async () => {
  const { debts, acknowledged, owe, comeBack, pass } = setup()
  owe('City')
  await pass(2000)
  comeBack(['Country'])
  owe('Country')
  await pass(100)
  expect(acknowledged).toEqual(['City', 'Country'])
  expect([debts.owes(['City']), debts.owes(['Country'])]).toEqual([true, false])
})

it('begins anew with the next outage', async () => {
  const { acknowledged, owe, comeBack, pass } = setup()
  owe('City')
  await pass(1250)
  comeBack()
  await pass(100)
  owe('Country')
  await pass(10)
  expect(acknowledged).toEqual(['City'])
  await pass(90)
  expect(acknowledged).toEqual(['City', 'Country'])
})
