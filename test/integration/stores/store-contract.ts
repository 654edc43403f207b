import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { softeningOf } from '../../../src/core/soft-stamps.ts'
import type { StampTag, Store } from '../../../src/core/store.ts'
import { TagList } from '../../../src/core/tag-list.ts'
import { waitUntil } from '../../services/wait-until.ts'
import { begun } from './begun.ts'

/** Makes another handle on the same data: another process, where the store is shared between them. */
export type MakeStore = () => Promise<Store>

/** What every store keeps to. `open` makes a fresh set of data and returns handles on it. */
export function describeStoreContract(name: string, open: () => Promise<MakeStore>): void {
  describe(`${name} as a store`, () => {
    let store: Store
    let other: Store
    const root: StampTag = { kind: 'root', model: 'City' }
    const shape: StampTag = { kind: 'shape', model: 'City', shape: 'id|*' }
    const one: StampTag = { kind: 'values', model: 'City', shape: 'id|*', values: '#1' }
    const two: StampTag = { kind: 'values', model: 'City', shape: 'id|*', values: '#2' }
    const user: StampTag = { kind: 'user', name: 'home page' }
    const mark: StampTag = { kind: 'user-mark' }
    const all = [root, shape, one, two, user, mark]
    const retainMs = 60_000
    const newKey = (model = 'City') => ({ model, digest: randomUUID() })
    const intentsOf = (...models: readonly string[]) => models.map((model) => ({ id: randomUUID(), model }))

    beforeEach(async () => {
      const make = await open()
      store = await make()
      other = await make()
      // Opening looks for dead writers too, and would take those of a test before the test does.
      await Promise.all([store.stamps([]), other.stamps([])])
    })
    afterEach(async () => {
      await store.close()
      await other.close()
    })

    it('returns nothing for what was never stored', async () => {
      expect(await store.lookup(newKey(), new TagList(all))).toEqual({
        ...{ entry: null, stamps: all.map(() => null), isPending: false, off: [] },
      })
    })

    it('returns an entry with the time it has left, and replaces it', async () => {
      const key = newKey()
      await store.fill(key, 'old', retainMs)
      await store.fill(key, 'new {"ü":"\u{1F30D}"}', retainMs / 2)
      const { entry } = await other.lookup(key, new TagList([]))
      expect(entry?.text).toBe('new {"ü":"\u{1F30D}"}')
      expect(entry?.remainingMs).toBeLessThanOrEqual(retainMs / 2)
      expect(entry?.remainingMs).toBeGreaterThan(retainMs / 2 - 10_000)
    })

    it('keeps entries of different models and digests apart', async () => {
      const key = newKey()
      await store.fill(key, 'text', retainMs)
      expect((await store.lookup({ ...key, model: 'Country' }, new TagList([]))).entry).toBeNull()
      expect((await store.lookup({ ...key, digest: randomUUID() }, new TagList([]))).entry).toBeNull()
    })

    it('drops an entry at the end of its time, also when it is a fraction of a millisecond', async () => {
      const key = newKey()
      await store.fill(key, 'text', 60.5)
      await waitUntil(async () => (await store.lookup(key, new TagList([]))).entry === null, {
        what: 'the entry to expire',
      })
    })

    it('creates every stamp once, for callers at the same time too, and returns them in order', async () => {
      const answers = await Promise.all([
        store.obtainStamps(all, retainMs),
        other.obtainStamps(all, retainMs),
        store.obtainStamps([...all].reverse(), retainMs),
      ])
      expect(answers[1]).toEqual(answers[0])
      expect([...answers[2]].reverse()).toEqual(answers[0])
      expect(await other.stamps(all)).toEqual(answers[0])
      expect((await store.lookup(newKey(), new TagList(all))).stamps).toEqual(answers[0])
      expect(await store.stamps([two, root])).toEqual([answers[0][3], answers[0][0]])
    })

    it('removes the stamps that are touched, and no others', async () => {
      const before = await store.obtainStamps(all, retainMs)
      await other.touch('City', () => [one as never])
      expect(await store.stamps(all)).toEqual([before[0], before[1], null, before[3], before[4], before[5]])
      await other.touch('City', () => [shape as never])
      expect(await store.stamps(all)).toEqual([before[0], null, null, before[3], before[4], before[5]])
      await other.touch('City', () => [root as never])
      expect(await store.stamps(all)).toEqual([null, null, null, before[3], before[4], before[5]])
    })

    it('R9: never gives a touched tag an earlier stamp again', async () => {
      const seen = new Set<string | null>()
      for (let round = 0; round < 50; round++) {
        for (const stamp of new Set(await store.obtainStamps([root, shape, one], retainMs))) {
          expect(seen).not.toContain(stamp)
          seen.add(stamp)
        }
        await other.touch('City', () => [root, shape, one] as never[])
      }
    })

    it('shows a writer the shapes in use, also those of which all stamps were touched', async () => {
      await store.obtainStamps([root, shape, one], retainMs)
      await other.touch('City', () => [shape, one] as never[])
      const shown: (readonly string[])[] = []
      await other.touch('City', (shapes) => {
        shown.push(shapes)
        return []
      })
      expect(shown.at(-1)).toEqual(['id|*'])
    })

    it('R28: decides again when a shape was registered after the writer last looked', async () => {
      await store.obtainStamps([root, shape], retainMs)
      await other.touch('City', () => [])
      const name: StampTag = { kind: 'shape', model: 'City', shape: 'name|id,name' }
      await store.obtainStamps([root, name], retainMs)
      await other.touch('City', (shapes) => shapes.map((id) => ({ kind: 'shape', model: 'City', shape: id })))
      expect(await store.stamps([shape, name])).toEqual([null, null])
    })

    it('drops the root stamps of the models named', async () => {
      const country: StampTag = { kind: 'root', model: 'Country' }
      const street: StampTag = { kind: 'root', model: 'Street' }
      const stamps = await store.obtainStamps([root, country, street, one], retainMs)
      await other.dropRoots(['City', 'Country', 'NeverSeen'])
      expect(await store.stamps([root, country, street, one])).toEqual([null, null, stamps[2], stamps[3]])
    })

    it('removes the stamps of user tags and the mark that guards them', async () => {
      const names = ['home page', 'a:b {c}', 'x'.repeat(128)]
      const tags: StampTag[] = names.map((name) => ({ kind: 'user', name }))
      const stamps = await store.obtainStamps([...tags, mark, root], retainMs)
      await other.touchUserTags(names.slice(0, 2))
      expect(await store.stamps([...tags, mark, root])).toEqual([null, null, stamps[2], null, stamps[4]])
    })

    it('softens stamps: a new one each, which shows the one before', async () => {
      const names = ['home page', 'a:b {c}']
      const tags: StampTag[] = [...names.map((name) => ({ kind: 'user', name }) as const), root]
      const before = await store.obtainStamps([...tags, mark, one], retainMs)
      await other.soften({ models: ['City', 'NeverSeen'], userTags: [names[0]!, 'never seen'] })
      const after = await store.stamps([...tags, mark, one])
      const softenings = after.map((stamp, i) => softeningOf(before[i]!, stamp))
      const first = expect.any(String)
      expect(softenings).toEqual([first, null, first, null, null])
      expect(softenings[0]).toBe(softenings[2])
      expect([after[1], after[3], after[4]]).toEqual([before[1], null, before[4]])
      // What is obtained now is under the new ones.
      expect(await other.obtainStamps(tags, retainMs)).toEqual(after.slice(0, 3))
      await store.soften({ models: ['City'], userTags: [names[0]!] })
      const last = await other.stamps(tags)
      const again = last.map((stamp, i) => softeningOf(after[i]!, stamp))
      expect(again).toEqual([again[0], null, again[0]])
      expect([null, softenings[0]]).not.toContain(again[0])
      expect(last.map((stamp, i) => softeningOf(before[i]!, stamp))).toEqual([null, null, null])
    })

    it('leaves a stamp that was removed where it is softened', async () => {
      await store.obtainStamps([root, user], retainMs)
      await store.dropRoots(['City'])
      await store.touchUserTags(['home page'])
      await other.soften({ models: ['City'], userTags: ['home page'] })
      expect(await store.stamps([root, user])).toEqual([null, null])
    })

    it('switches models off and on, and drops their roots each time', async () => {
      const country: StampTag = { kind: 'root', model: 'Country' }
      const street: StampTag = { kind: 'root', model: 'Street' }
      const tags = [root, shape, country, street]
      const off = async () => (await store.lookup(newKey(), new TagList(tags))).off
      const [, shapeStamp, , streetStamp] = await store.obtainStamps(tags, retainMs)
      await other.switchModels(['City', 'Country'], 'off')
      expect(await off()).toEqual(['City', 'Country'])
      expect(await store.stamps(tags)).toEqual([null, shapeStamp, null, streetStamp])
      // An invalidation does not switch it on, nor does who loads meanwhile.
      await store.dropRoots(['City'])
      await store.obtainStamps(tags, retainMs)
      expect(await off()).toEqual(['City', 'Country'])
      await other.switchModels(['City'], 'on')
      expect(await off()).toEqual(['Country'])
      expect((await store.stamps([root]))[0]).toBeNull()
      await other.switchModels(['City', 'Country', 'Street'], 'on')
      expect(await off()).toEqual([])
    })

    it('begins no load of a model that is switched off, and leaves everything as it is', async () => {
      const key = newKey()
      await store.switchModels(['City'], 'off')
      const begin = { token: 'a', leaseMs: 1000, tags: [root, shape, one], retainMs }
      expect(await other.beginLoad(key, begin)).toBe('off')
      expect(await store.stamps([root, shape, one])).toEqual([null, null, null])
      expect(await store.acquireLease(key, 'b', 1000)).toEqual({ kind: 'acquired' })
    })

    it('leaves a model switched off for longer than any stamp lives', async () => {
      const [key, tags] = [newKey(), new TagList([root])]
      await store.obtainStamps([root, one], 20)
      await store.switchModels(['City'], 'off')
      await store.obtainStamps([root, one], 20)
      await store.fill(key, 'text', 100)
      await waitUntil(async () => (await store.lookup(key, tags)).entry === null, { what: 'the entry to expire' })
      expect((await other.lookup(key, tags)).off).toEqual(['City'])
    })

    it('keeps a stamp for the longest time that anyone asked for', async () => {
      const [value, named] = await store.obtainStamps([one, user], 80)
      await other.obtainStamps([one, user], retainMs)
      await other.obtainStamps([one, user], 80)
      await store.obtainStamps([two], 80)
      await waitUntil(async () => (await store.stamps([two]))[0] === null, { what: 'a stamp to expire' })
      expect(await store.stamps([one, user])).toEqual([value, named])
    })

    it('R3: drops the root of a model whose writer was silent for too long, once', async () => {
      const [, shapeStamp] = await store.obtainStamps([root, shape], retainMs)
      await store.intend(intentsOf('City', 'Country'), 30)
      const models = await waitUntil(async () => nonEmpty(await other.sweep(30)), { what: 'the sweep' })
      expect([...models].sort()).toEqual(['City', 'Country'])
      expect(await store.stamps([root, shape])).toEqual([null, shapeStamp])
      const [again] = await store.obtainStamps([root], retainMs)
      expect(await other.sweep(30)).toEqual([])
      expect(await store.stamps([root])).toEqual([again])
    })

    it('names each model that it swept once', async () => {
      await store.intend(intentsOf('City', 'Country'), 1)
      await store.intend(intentsOf('City'), 1)
      const swept: string[] = []
      await waitUntil(
        async () => {
          swept.push(...(await other.sweep(1)))
          return swept.includes('Country')
        },
        { what: 'the sweep' },
      )
      expect(swept.filter((model) => model === 'Country')).toHaveLength(1)
    })

    it('leaves writers alone that are not silent, have renewed or are done', async () => {
      const [stamp] = await store.obtainStamps([root], retainMs)
      const renewed = intentsOf('City')
      const settled = intentsOf('City')
      const marker = intentsOf('Country')
      await store.intend(intentsOf('City'), retainMs)
      await store.intend(renewed, 30)
      await store.intend(renewed, retainMs)
      await store.intend(settled, 30)
      await store.settle(settled)
      await store.intend(marker, 30)
      await waitUntil(async () => (await other.sweep(30)).includes('Country'), { what: 'the sweep' })
      expect(await store.stamps([root])).toEqual([stamp])
    })

    it('gives a lease to one of many, and tells the others how long it lasts', async () => {
      const key = newKey()
      const answers = await Promise.all([
        store.acquireLease(key, 'a', retainMs),
        other.acquireLease(key, 'b', retainMs),
        store.acquireLease(key, 'c', retainMs),
      ])
      const held = answers.filter((answer) => answer.kind === 'held')
      expect(held).toHaveLength(2)
      for (const { remainingMs } of held) {
        expect(remainingMs).toBeGreaterThan(retainMs - 10_000)
        expect(remainingMs).toBeLessThanOrEqual(retainMs)
      }
    })

    it('begins a load in one step: the lease, the stamps, and the entry that somebody else has stored', async () => {
      const key = newKey()
      const tags: readonly StampTag[] = [{ kind: 'root', model: 'Country' }, root, { kind: 'user', name: 'home' }]
      const begin = (token: string) => ({ token, leaseMs: retainMs, tags, retainMs })
      const first = await begun(store, key, begin('a'))
      expect(first).toMatchObject({ lease: { kind: 'acquired' }, entry: null })
      expect(await store.stamps(tags)).toEqual(first.stamps)
      const second = await begun(other, key, begin('b'))
      expect(second).toMatchObject({ lease: { kind: 'held', remainingMs: expect.any(Number) }, entry: null })
      await store.fill(key, 'text', retainMs, 'a')
      const third = await begun(store, key, begin('c'))
      expect(third).toMatchObject({ lease: { kind: 'acquired' }, stamps: first.stamps, entry: { text: 'text' } })
      expect(third.entry!.remainingMs).toBeGreaterThan(retainMs - 10_000)
      expect(third.entry!.remainingMs).toBeLessThanOrEqual(retainMs)
      // Of another model than the entry's, and nothing of its own.
      const others = await begun(store, newKey(), { ...begin('d'), tags: [{ kind: 'root', model: 'Country' }] })
      expect(others).toMatchObject({ lease: { kind: 'acquired' }, stamps: [first.stamps[0]], entry: null })
    })

    it('stores what was loaded also when its lease is another one by now, and leaves that alone', async () => {
      const key = newKey()
      await store.acquireLease(key, 'next', retainMs)
      await store.fill(key, 'text', retainMs, 'late')
      expect((await store.lookup(key, new TagList([]))).entry?.text).toBe('text')
      expect(await store.renewLease(key, 'next', retainMs)).toBe(true)
    })

    it('R13: lets another take a lease that its holder let expire, and does not prolong it for the old one', async () => {
      const key = newKey()
      await store.acquireLease(key, 'dead', 30)
      await waitUntil(async () => (await other.acquireLease(key, 'next', retainMs)).kind === 'acquired', {
        what: 'the lease to expire',
      })
      expect(await store.renewLease(key, 'dead', retainMs)).toBe(false)
      expect(await other.renewLease(key, 'next', retainMs)).toBe(true)
    })

    it('prolongs a lease that is renewed', async () => {
      const key = newKey()
      await store.acquireLease(key, 'a', 5_000)
      expect(await store.renewLease(key, 'a', retainMs)).toBe(true)
      const answer = await other.acquireLease(key, 'b', retainMs)
      expect(answer.kind === 'held' && answer.remainingMs).toBeGreaterThan(10_000)
    })

    it('R14: frees a lease for its holder only', async () => {
      const key = newKey()
      await store.acquireLease(key, 'holder', retainMs)
      await other.releaseLease(key, 'late', 'filled')
      expect((await other.acquireLease(key, 'next', retainMs)).kind).toBe('held')
      await store.releaseLease(key, 'holder', 'filled')
      expect((await other.acquireLease(key, 'next', retainMs)).kind).toBe('acquired')
    })

    it('does not renew a lease that was released', async () => {
      const key = newKey()
      await store.acquireLease(key, 'a', retainMs)
      await store.releaseLease(key, 'a', 'filled')
      expect(await store.renewLease(key, 'a', retainMs)).toBe(false)
    })

    it.each(['filled', 'failed'] as const)(
      'wakes everyone who watches a lease when it is released: %s',
      async (outcome) => {
        const key = newKey()
        await store.acquireLease(key, 'a', retainMs)
        const watches = [await store.watchLease(key), await store.watchLease(key)]
        const woken = watches.map((watch) => watch.released(20_000))
        await store.releaseLease(key, 'somebody else', outcome === 'filled' ? 'failed' : 'filled')
        await store.releaseLease(key, 'a', outcome)
        expect(await Promise.all(woken)).toEqual([outcome, outcome])
        await Promise.all(watches.map((watch) => watch.close()))
      },
    )

    it('remembers a release that came between watching and waiting', async () => {
      const key = newKey()
      await store.acquireLease(key, 'a', retainMs)
      const watch = await store.watchLease(key)
      await store.releaseLease(key, 'a', 'failed')
      expect(await watch.released(20_000)).toBe('failed')
      await watch.close()
    })

    it('R13: a release is either seen by the watch or by asking again after it', async () => {
      for (let round = 0; round < 30; round++) {
        const key = newKey()
        await store.acquireLease(key, 'a', retainMs)
        const [watch] = await Promise.all([other.watchLease(key), store.releaseLease(key, 'a', 'filled')])
        expect((await other.acquireLease(key, 'b', retainMs)).kind).toBe('acquired')
        await watch.close()
      }
    })

    it('times out when nobody releases, and forgets a watch that is closed', async () => {
      const key = newKey()
      const other = newKey()
      await store.acquireLease(key, 'a', retainMs)
      const watch = await store.watchLease(key)
      const unrelated = await store.watchLease(other)
      expect(await watch.released(20)).toBe('timeout')
      await watch.close()
      await watch.close()
      await store.releaseLease(key, 'a', 'filled')
      expect(await unrelated.released(20)).toBe('timeout')
      await unrelated.close()
    })

    it('works again after it was closed, twice', async () => {
      const key = newKey()
      await store.fill(key, 'text', retainMs)
      await store.close()
      await store.close()
      await store.fill(key, 'again', retainMs)
      expect((await store.lookup(key, new TagList([]))).entry?.text).toBe('again')
    })
  })
}

function nonEmpty<T>(list: readonly T[]): readonly T[] | null {
  return list.length > 0 ? list : null
}
