import { describe, expect, it } from 'vitest'
import { coarsened, type KnownRead } from '../../../../src/analysis/reads/coarsened.ts'
import type { LateUse } from '../../../../src/analysis/reads/late-use.ts'
import { makeShape, type Shape, type ShapeUse } from '../../../../src/core/tags.ts'

const use = (shape: Shape, ...values: string[]): ShapeUse => ({ shape, values: values.map((value) => [value]) })
const late = (shape: Shape, coarser: Shape, model = 'M'): LateUse => ({
  model,
  shape,
  coarser,
  path: ['rows'],
  pins: [],
})
const read = (uses: readonly ShapeUse[], lateUses: readonly LateUse[] = []) => ({
  kind: 'known',
  dependencies: [{ model: 'M', uses }],
  late: lateUses,
})

/** The store has no room for these. */
const without = (...refused: Shape[]) => {
  const ids = refused.map(({ id }) => id)
  return (_: string, shape: string) => ids.includes(shape)
}
/** What the read then depends on, as `id|name ["1"]`. */
const shown = ({ dependencies }: KnownRead) =>
  dependencies.flatMap(({ uses }) => uses.map(({ shape, values }) => [shape.id, ...values.flat()].join(' ')))

const byId = makeShape(['id'], ['name'])
const byIdMore = makeShape(['id'], ['name', 'email'])
const byIdAll = makeShape(['id'], 'all')
const byEmail = makeShape(['email'], ['name'])
const byEmailAll = makeShape(['email'], 'all')
const byBoth = makeShape(['id', 'email'], ['name'])
const byBothAll = makeShape(['id', 'email'], 'all')
const list = makeShape([], ['name'])

describe('a read whose shapes the store has no room for', () => {
  it('is the very same where it has room for all of them', () => {
    const precise = read([use(byId, '1'), use(byEmail, 'a')], [late(byEmail, list)])
    expect(coarsened(precise, () => false)).toBe(precise)
    expect(coarsened(precise, without(byBoth))).toBe(precise)
  })

  it('tells columns apart no more, and where there is no room for that either, nothing', () => {
    const precise = read([use(byBoth, '1'), use(byEmail, 'a')])
    expect(shown(coarsened(precise, without(byBoth)))).toEqual(['id,email|* 1', 'email|name a'])
    expect(shown(coarsened(precise, without(byBoth, byBothAll)))).toEqual(['|*', 'email|name a'])
  })

  it('stays one that only rows enter', () => {
    const entering = makeShape(['id'], ['name'], { isEntering: true })
    const found = coarsened(read([use(entering, '1')]), without(entering))
    expect(found.dependencies[0]?.uses).toEqual([use(makeShape(['id'], 'all', { isEntering: true }), '1')])
  })

  it('names a shape once, with the values of all that it takes the place of', () => {
    const precise = read([use(byId, '1', '2'), use(byEmail, 'a'), use(byIdMore, '3')])
    expect(shown(coarsened(precise, without(byId, byIdMore)))).toEqual(['id|* 1 2 3', 'email|name a'])
    const mixed = read([use(byIdAll, '1'), use(byId, '2')])
    expect(shown(coarsened(mixed, without(byId)))).toEqual(['id|* 1 2'])
    const all = read([use(byId, '1'), use(byEmail, 'a'), use(list)])
    expect(shown(coarsened(all, () => true))).toEqual(['|*'])
  })

  it('keeps the shapes of two models apart', () => {
    const precise: KnownRead = {
      dependencies: [
        { model: 'M', uses: [use(byId, '1')] },
        { model: 'N', uses: [use(byId, '2'), use(byEmail, 'a')] },
      ],
      late: [],
    }
    const found = coarsened(precise, (model) => model === 'N')
    expect(found.dependencies).toEqual([
      { model: 'M', uses: [use(byId, '1')] },
      { model: 'N', uses: [{ shape: makeShape([], 'all'), values: [] }] },
    ])
    expect(shown(coarsened(precise, (model, id) => model === 'N' && id !== '|*' && !id.endsWith('|*')))).toEqual([
      'id|name 1',
      'id|* 2',
      'email|* a',
    ])
  })

  it('is asked for each of them once, so that what it depends on has one answer', () => {
    const precise = read([use(byId, '1'), use(byEmail, 'a'), use(byBoth, '2')], [late(byEmail, list), late(byId, list)])
    const asked: string[] = []
    coarsened(precise, (model, id) => {
      asked.push(`${model} ${id}`)
      return id === byBoth.id || id === list.id
    })
    expect(new Set(asked).size).toBe(asked.length)
  })

  it('has one answer per shape, though the store may find or lose room meanwhile', () => {
    const precise = read([use(byEmail), use(byBoth, '1')], [late(byEmail, list)])
    for (const first of [true, false]) {
      const asked = new Set<string>()
      const changing = (_: string, id: string) => {
        if (id === byBoth.id) return true
        const answer = asked.has(id) ? !first : first
        asked.add(id)
        return answer
      }
      const found = coarsened(precise, changing)
      const shapes = found.dependencies.flatMap(({ uses }) => uses.map(({ shape }) => shape.id))
      for (const { shape } of found.late) expect(shapes).toContain(shape.id)
    }
  })
})

describe('rows that only the result tells, of a shape that the store has no room for', () => {
  it('are told by a shape that tells no columns apart', () => {
    const precise = read([use(byEmail), use(byId, '1')], [late(byEmail, list)])
    const found = coarsened(precise, without(byEmail))
    expect(shown(found)).toEqual(['email|*', 'id|name 1'])
    expect(found.late).toEqual([late(byEmailAll, list)])
  })

  it('are told no more where nothing is told apart: the read depends on every row', () => {
    const precise = read([use(byBoth), use(byId, '1')], [late(byBoth, list), late(byId, list)])
    const found = coarsened(precise, without(byBoth, byBothAll))
    expect(shown(found)).toEqual(['|*', 'id|name 1'])
    expect(found.late).toEqual([late(byId, list)])
  })

  it('drop to what there is room for where they are too many', () => {
    const precise = read([use(byEmail)], [late(byEmail, list)])
    const found = coarsened(precise, without(list))
    expect(shown(found)).toEqual(['email|name'])
    expect(found.late).toEqual([late(byEmail, makeShape([], 'all'))])
  })
})
