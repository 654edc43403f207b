import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseTagId, stampTagsOf, tagId } from '../../../src/core/stamp-tags.ts'
import type { StampTag } from '../../../src/core/store.ts'
import { makeShape, parseShape, tagsOfUse } from '../../../src/core/tags.ts'

describe('a shape', () => {
  it('is named by its pinned columns in their order, and the others that matter', () => {
    expect(makeShape(['b', 'a'], ['d', 'a', 'c', 'd'])).toEqual({
      id: 'b,a|c,d',
      fields: ['b', 'a'],
      columns: ['c', 'd'],
      isEntering: false,
      isPending: false,
    })
    expect(makeShape(['id'], 'all').id).toBe('id|*')
    expect(makeShape([], []).id).toBe('|')
  })

  it('comes back from its name, whatever the columns are called', () => {
    const names = fc.uniqueArray(fc.string({ minLength: 1, unit: 'grapheme' }), { maxLength: 4 })
    fc.assert(
      fc.property(names, fc.oneof(names, fc.constant('all' as const)), fc.nat(2), (fields, columns, kind) => {
        const shape = makeShape(fields, columns, { isEntering: kind === 1, isPending: kind === 2 })
        expect(parseShape(shape.id)).toEqual(shape)
        expect(shape.id).not.toMatch(/\s/)
      }),
    )
  })
})

describe('the tags of a query', () => {
  const shape = makeShape(['a', 'b'], ['c'])

  it('are those of its shape, and of its values from the first to the last', () => {
    const values = [
      ['1', null],
      ['1', 'x'],
      ['2', 'x'],
    ]
    expect(tagsOfUse('M', { shape, values }).map((tag) => ('values' in tag ? tag.values : tag.kind))).toEqual([
      ...['shape', '["1"]', '["1",null]', '["1","x"]', '["2"]', '["2","x"]'],
    ])
  })

  it('are told apart whatever the values contain', () => {
    const texts = fc.array(fc.oneof(fc.string(), fc.constant(null)), { minLength: 2, maxLength: 2 })
    fc.assert(
      fc.property(texts, texts, (one, other) => {
        const last = (values: (string | null)[]) => tagsOfUse('M', { shape, values: [values] }).at(-1)
        expect(JSON.stringify(last(one)) === JSON.stringify(last(other))).toBe(
          JSON.stringify(one) === JSON.stringify(other),
        )
      }),
    )
  })

  it('come back from their ids, marks excepted', () => {
    const use = { shape: makeShape(['the handle'], 'all'), values: [['a b "c"']] }
    const tags: StampTag[] = [...stampTagsOf([{ model: 'M', uses: [use] }]), { kind: 'user', name: 'v M x' }]
    expect(tags.map((tag) => parseTagId(tagId(tag)))).toEqual(tags)
    expect(parseTagId(tagId({ kind: 'mark', model: 'M', shape: 'id|*' }))).toBeUndefined()
    expect(parseTagId('nonsense')).toBeUndefined()
  })
})
