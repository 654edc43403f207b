import { expect, it } from 'vitest'
import { CacheError } from '../../../src/core/errors.ts'
import type { Store } from '../../../src/core/store.ts'
import { createManualClock } from '../stores/manual-clock.ts'
import { lookupPlans, openReader } from './reading.ts'

/**
 * A reader whose lookups are answered one macrotask after the other; its clock stands still: who waits for a read that never says that it does not
 * load waits for ever.
 */
function setup() {
  let answered = 0
  const around = (memory: Store): Store => ({
    ...memory,
    async lookup(key, ...others) {
      answered += 1
      for (let i = answered; i > 0; i -= 1) await macrotask()
      if (key.digest === 'refused') throw new CacheError('STORE.TIMEOUT', 'too slow')
      return memory.lookup(key, ...others)
    },
  })
  const { reader, memory } = openReader(around, { clock: createManualClock() })
  const planOf = lookupPlans()
  let now = 0
  /** When loads began, in macrotasks. */
  const began = new Map<string, number>()
  const read = async (digest: string) => {
    const { info } = await reader.read(planOf(digest), async () => {
      began.set(digest, now)
      return { result: digest, late: { tags: [], marks: [] } }
    })
    return info.status
  }
  return {
    memory,
    began,
    read,
    keyOf: (digest: string) => planOf(digest).key,
    async pass(macrotasks: number) {
      for (let i = 0; i < macrotasks; i += 1) {
        now += 1
        await macrotask()
      }
    },
  }
}

const macrotask = () => new Promise(setImmediate)

it('begin together, and wait for none that does not load, or waits for something else', async () => {
  const { memory, keyOf, began, read, pass } = setup()
  const warmed = read('stored')
  await pass(20)
  expect(await warmed).toBe('miss')
  const holder = 'a token of another process'
  expect(await memory.acquireLease(keyOf('held'), holder, 60_000)).toEqual({ kind: 'acquired' })

  const statuses = new Map<string, string>()
  const names = ['one', 'stored', 'refused', 'held', 'one', 'two', 'three']
  const reads = names.map((name) => read(name).then((status) => statuses.set(name, status)))
  await pass(100)
  // It waits for the other process, and nobody for it.
  expect([...statuses]).toEqual(
    expect.arrayContaining([
      ['one', 'miss'],
      ['stored', 'hit'],
      ['refused', 'bypass'],
      ['two', 'miss'],
      ['three', 'miss'],
    ]),
  )
  expect(statuses.has('held')).toBe(false)
  expect(new Set(['one', 'two', 'three'].map((name) => began.get(name))).size).toBe(1)

  await memory.releaseLease(keyOf('held'), holder, 'failed')
  await pass(100)
  await Promise.all(reads)
  expect(statuses.get('held')).toBe('miss')
})
