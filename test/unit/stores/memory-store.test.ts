import { describe, expect, it } from 'vitest'
import { createNonceSource } from '../../../src/core/nonce.ts'
import type { StampTag } from '../../../src/core/store.ts'
import { TagList } from '../../../src/core/tag-list.ts'
import { createMemoryStore } from '../../../src/stores/memory/memory-store.ts'
import { createManualClock } from './manual-clock.ts'

const key = { model: 'City', digest: 'd' }
const value: StampTag = { kind: 'values', model: 'City', shape: 'id|*', values: '#1' }
const root: StampTag = { kind: 'root', model: 'City' }

function setup({ maxBytes = 100_000 } = {}) {
  const clock = createManualClock()
  return { clock, store: createMemoryStore({ clock, makeNonce: createNonceSource(), maxBytes }) }
}

describe('the memory store', () => {
  it('keeps an entry until its time is up, to the millisecond', async () => {
    const { clock, store } = setup()
    await store.fill(key, 'text', 1_000)
    clock.advance(999)
    expect((await store.lookup(key, new TagList([]))).entry).toEqual({ text: 'text', remainingMs: 1 })
    clock.advance(1)
    expect((await store.lookup(key, new TagList([]))).entry).toBeNull()
  })

  it('stays within its size, and drops what was used longest ago', async () => {
    const { store } = setup({ maxBytes: 20_000 })
    const text = 'x'.repeat(2_000)
    for (let i = 0; i < 100; i++) {
      await store.fill({ model: 'City', digest: `${i}` }, text, 1_000)
      await store.lookup({ model: 'City', digest: '0' }, new TagList([]))
    }
    const kept: number[] = []
    for (let i = 0; i < 100; i++)
      if ((await store.lookup({ model: 'City', digest: `${i}` }, new TagList([]))).entry) kept.push(i)
    expect(kept).toEqual([0, 97, 98, 99])
  })

  it('keeps no entry that is larger than all of it, nor the one that it replaces', async () => {
    const { store } = setup({ maxBytes: 5_000 })
    await store.fill(key, 'old', 1_000)
    await store.fill(key, 'x'.repeat(5_000), 1_000)
    expect((await store.lookup(key, new TagList([]))).entry).toBeNull()
  })

  it('R9: gives a stamp that was dropped for space another value', async () => {
    const { store } = setup({ maxBytes: 5_000 })
    const [before] = await store.obtainStamps([value], 1_000)
    await store.fill(key, 'x'.repeat(2_400), 1_000)
    expect(await store.stamps([value])).toEqual([null])
    const [after] = await store.obtainStamps([value], 1_000)
    expect(after).not.toBe(before)
  })

  it('R3: presumes a writer dead when its lease is over, not before', async () => {
    const { clock, store } = setup()
    const [stamp] = await store.obtainStamps([root], 1_000)
    await store.intend([{ id: 'i', model: 'City' }], 1_000)
    clock.advance(999)
    expect(await store.sweep(1_000)).toEqual([])
    expect(await store.stamps([root])).toEqual([stamp])
    clock.advance(1)
    expect(await store.sweep(1_000)).toEqual(['City'])
    expect(await store.stamps([root])).toEqual([null])
  })

  it('leaves no timer when a wait ends early', async () => {
    const { clock, store } = setup()
    await store.acquireLease(key, 'a', 1_000)
    const watch = await store.watchLease(key)
    const waits = [watch.released(500), watch.released(900)]
    await store.releaseLease(key, 'a', 'filled')
    expect(await Promise.all(waits)).toEqual(['filled', 'filled'])
    expect(clock.pending()).toBe(0)
  })

  it('ends each wait at its own time', async () => {
    const { clock, store } = setup()
    const watch = await store.watchLease(key)
    const ended: string[] = []
    const short = watch.released(100).then((outcome) => ended.push(`short ${outcome}`))
    const long = watch.released(200).then((outcome) => ended.push(`long ${outcome}`))
    clock.advance(100)
    await short
    expect(ended).toEqual(['short timeout'])
    clock.advance(100)
    await long
    expect(ended).toEqual(['short timeout', 'long timeout'])
  })
})
