import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { preciseShapesMax, type StampTag, type Store, shapesMax } from '../../../src/core/store.ts'
import type { Tag } from '../../../src/core/tags.ts'
import { waitUntil } from '../../services/wait-until.ts'
import type { MakeStore } from './store-contract.ts'

/** How every store keeps the shapes of a model: known to all writers, bounded, and forgotten only with their stamps. */
export function describeShapeContract(name: string, open: () => Promise<MakeStore>): void {
  describe(`${name} as a registry of shapes`, () => {
    let store: Store
    let other: Store
    const retainMs = 60_000
    const shape = (id: string): Tag => ({ kind: 'shape', model: 'City', shape: id })
    const mark = (id: string): Tag => ({ kind: 'mark', model: 'City', shape: id })
    const numbered = (count: number, columns = 'name') =>
      Array.from({ length: count }, (_, i) => shape(`f${i},g|${columns}`))

    beforeEach(async () => {
      const make = await open()
      store = await make()
      other = await make()
      await Promise.all([store.stamps([]), other.stamps([])])
    })
    afterEach(async () => {
      await store.close()
      await other.close()
    })

    it('gives marks with their shapes, and every reader the same', async () => {
      const tags = [shape('id|*'), mark('id|*'), shape('|name'), mark('|name')]
      const stamps = await store.obtainStamps(tags, retainMs)
      expect(stamps).not.toContain(null)
      expect(await other.obtainStamps([...tags].reverse(), retainMs)).toEqual([...stamps].reverse())
      expect(await other.stamps(tags)).toEqual(stamps)
    })

    it('moves a mark when it is touched, and no other', async () => {
      const tags = [mark('id|*'), mark('|name'), shape('id|*')]
      const [first, second, stamp] = await store
        .obtainStamps([shape('id|*'), shape('|name'), ...tags], retainMs)
        .then((all) => all.slice(2))
      await other.touch('City', () => [mark('id|*')])
      expect(await store.stamps(tags)).toEqual([null, second, stamp])
      const [moved] = await store.obtainStamps([mark('id|*')], retainMs)
      expect(moved).not.toBe(first)
      expect(moved).not.toBeNull()
    })

    it('has no mark of a shape that is not registered', async () => {
      expect(await store.obtainStamps([mark('nobody|*')], retainMs)).toEqual([null])
      expect(await store.shapesInUse('City')).toEqual([])
    })

    it('tells which shapes are in use', async () => {
      await store.obtainStamps([shape('id|*'), shape('a%20b|c')], retainMs)
      expect([...(await other.shapesInUse('City'))].sort()).toEqual(['a%20b|c', 'id|*'])
      expect(await other.shapesInUse('Country')).toEqual([])
    })

    it('refuses shapes past the limit, those with columns first, and never those that pin one column alone', async () => {
      const precise = await store.obtainStamps(numbered(preciseShapesMax + 2), retainMs)
      expect(precise.filter((stamp) => stamp === null)).toHaveLength(2)
      const refused = `f${preciseShapesMax},g|name`
      expect(await store.obtainStamps([shape(refused), mark(refused)], retainMs)).toEqual([null, null])

      const room = shapesMax - preciseShapesMax
      const coarse = await other.obtainStamps(numbered(room + 2, '*'), retainMs)
      expect(coarse.filter((stamp) => stamp === null)).toHaveLength(2)
      const simple = [shape('|*'), shape('id|*'), shape('name^2|*'), shape('+name^2|*')]
      expect(await other.obtainStamps(simple, retainMs)).not.toContain(null)
      expect(await other.obtainStamps([shape('id|name'), shape('f0,g|name')], retainMs)).toEqual([null, precise[0]])
    })

    it('forgets shapes that nobody uses any more, together with their stamps, to make room', async () => {
      const old = numbered(preciseShapesMax)
      const before = await store.obtainStamps([...old, mark('f0,g|name')], 30)
      const kept = await store.obtainStamps([shape('f1,g|name')], retainMs)
      const fresh: StampTag[] = [shape('fresh|name')]
      const [stamp] = await waitUntil(
        async () => {
          const stamps = await other.obtainStamps(fresh, retainMs)
          return stamps[0] === null ? null : stamps
        },
        { what: 'room for a shape' },
      )
      expect(stamp).toEqual(expect.any(String))
      expect(kept).toEqual([before[1]])
      expect([...(await store.shapesInUse('City'))].sort()).toEqual(['f1,g|name', 'fresh|name'])
      expect(await store.stamps([shape('f0,g|name'), mark('f0,g|name')])).toEqual([null, null])
      const [again] = await store.obtainStamps([shape('f0,g|name')], retainMs)
      expect(again).not.toBe(before[0])
    })

    it('shows a shape that was forgotten and came back to a writer who knew it', async () => {
      await store.obtainStamps([shape('old|name')], 20)
      await other.touch('City', () => [])
      await waitUntil(
        async () => {
          await store.obtainStamps([shape(`new${Math.random()}|name`)], 20)
          return !(await store.shapesInUse('City')).includes('old|name')
        },
        { what: 'the shape to be forgotten' },
      )
      await store.obtainStamps([shape('old|name')], retainMs)
      await other.touch('City', (shapes) => shapes.map(shape))
      expect(await store.stamps([shape('old|name')])).toEqual([null])
    })
  })
}
