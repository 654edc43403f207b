import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { Load, ReadPlan } from '../../../src/strategies/read-plan.ts'
import { lookupPlans, openReader } from './reading.ts'

const loading =
  (result: unknown): Load =>
  async () => ({ result, late: { tags: [], marks: [] } })

/** A reader that counts what it asks the store for, after so many misses in a row. */
async function afterMisses(count: number, differing: Partial<ReadPlan> = {}) {
  const asked = { lookups: 0, loads: 0 }
  let [isOpen, isRefused] = [true, false]
  const { reader, memory } = openReader((memory) => ({
    ...memory,
    isOpen: () => isOpen,
    lookup(...args) {
      asked.lookups += 1
      return memory.lookup(...args)
    },
    async beginLoad(...args) {
      asked.loads += 1
      if (isRefused) throw new Error('OOM command not allowed')
      return memory.beginLoad(...args)
    },
  }))
  const planOf = lookupPlans(differing)
  const read = async (digest: string, load: Load = loading(digest)) => reader.read(planOf(digest), load)
  for (let i = 0; i < count; i += 1) await read(`missed ${i}`)
  await reader.idle()
  /** What a read asks the store for, beside its answer. */
  const asking = async (digest: string, load?: Load) => {
    const before = { ...asked }
    const { result, info } = await read(digest, load)
    await reader.idle()
    return {
      ...{ result, status: info.status },
      ...{ lookups: asked.lookups - before.lookups, loads: asked.loads - before.loads },
    }
  }
  const close = () => {
    isOpen = false
  }
  const refuse = () => {
    isRefused = true
  }
  return { memory, read, asking, asked, close, refuse, idle: () => reader.idle() }
}

describe('after eight misses in a row', () => {
  it('the next is not looked up first', async () => {
    const { asking } = await afterMisses(8)
    expect(await asking('new')).toEqual({ result: 'new', status: 'miss', lookups: 0, loads: 1 })
    expect(await asking('newer')).toEqual({ result: 'newer', status: 'miss', lookups: 0, loads: 1 })
  })

  it('an entry that is there all the same is served, and the next read is looked up', async () => {
    const { asking } = await afterMisses(8)
    expect(await asking('missed 1', loading('unused'))).toEqual({
      ...{ result: 'missed 1', status: 'hit', lookups: 0, loads: 1 },
    })
    expect(await asking('missed 1')).toEqual({ result: 'missed 1', status: 'hit', lookups: 1, loads: 0 })
    expect(await asking('new')).toEqual({ result: 'new', status: 'miss', lookups: 1, loads: 1 })
  })

  it('a model that was switched off meanwhile is noticed, and nothing is stored', async () => {
    const { memory, asking } = await afterMisses(8)
    await memory.switchModels(['City'], 'off')
    let loads = 0
    const load: Load = () => {
      loads += 1
      return loading('new')()
    }
    expect(await asking('new', load)).toMatchObject({ result: 'new', status: 'bypass' })
    expect(loads).toBe(1)
    // From then on a lookup tells.
    expect(await asking('new', load)).toMatchObject({ status: 'bypass', lookups: 1, loads: 0 })
    await memory.switchModels(['City'], 'on')
    expect(await asking('new', load)).toMatchObject({ status: 'miss' })
  })

  it('entries are looked up again where loads cannot begin', async () => {
    const { asking, refuse } = await afterMisses(8)
    refuse()
    expect(await asking('new')).toMatchObject({ result: 'new', status: 'miss', lookups: 0 })
    expect(await asking('missed 1')).toMatchObject({ status: 'hit', lookups: 1 })
  })

  it('what a write has made stale while it was loaded is not served', async () => {
    const { memory, read, asking, idle } = await afterMisses(8)
    const held: (() => void)[] = []
    const load: Load = async () => {
      await new Promise<void>((resolve) => held.push(resolve))
      return loading('old')()
    }
    const slow = read('new', load)
    while (held.length === 0) await turn()
    await memory.dropRoots(['City'])
    held[0]!()
    expect((await slow).result).toBe('old')
    await idle()
    expect(await asking('new', loading('fresh'))).toMatchObject({ result: 'fresh', status: 'miss' })
  })

  it('a refresh that is due is not forgotten', async () => {
    const { memory, asking } = await afterMisses(8)
    await memory.soften({ models: ['City'], userTags: [] })
    const read = await asking('missed 1', loading('refreshed'))
    expect(read).toMatchObject({ result: 'missed 1', status: 'stale', lookups: 0 })
    expect(await asking('missed 1')).toMatchObject({ result: 'refreshed', status: 'hit' })
  })

  it('a read of what is being loaded is looked up, and takes part in that load', async () => {
    const { read, asked, idle } = await afterMisses(8)
    const held: (() => void)[] = []
    const load: Load = async () => {
      await new Promise<void>((resolve) => held.push(resolve))
      return loading('loaded')()
    }
    const first = read('new', load)
    while (held.length === 0) await turn()
    const lookups = asked.lookups
    const second = read('new', load)
    await turn()
    held[0]!()
    expect([(await first).result, (await second).result, held.length]).toEqual(['loaded', 'loaded', 1])
    expect(asked.lookups).toBe(lookups + 1)
    await idle()
  })

  it.each<[string, Partial<ReadPlan>]>([
    ['something older may be served instead', { keepMs: 1000, staleIfErrorMs: 1000 }],
    ['accepted writes matter', { pending: ['City'] }],
    ['a hit would wait for a place among the loads', { maxLoads: 1 }],
    ['a hit would have to be there in time', { loadTimeout: { softMs: 1e9, hardMs: 1e9 } }],
    ['it reads other models, too', { models: ['City', 'Country'] }],
  ])('it is looked up all the same where %s', async (_, differing) => {
    const { asking } = await afterMisses(8, differing)
    expect((await asking('new')).lookups).toBe(1)
  })

  it('it is looked up all the same where the store is out of reach', async () => {
    const { asking, close } = await afterMisses(8)
    close()
    expect((await asking('new')).lookups).toBe(1)
  })
})

it('after seven misses the next is looked up', async () => {
  const { asking } = await afterMisses(7)
  expect((await asking('new')).lookups).toBe(1)
})

it('a hit ends the row', async () => {
  const { asking } = await afterMisses(7)
  expect((await asking('missed 1')).status).toBe('hit')
  for (let i = 0; i < 8; i += 1) expect((await asking(`new ${i}`)).lookups).toBe(1)
  expect((await asking('new 8')).lookups).toBe(0)
})
