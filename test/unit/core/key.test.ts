import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { entryKey, fingerprint, type KeyParts } from '../../../src/core/key.ts'

const parts: KeyParts = { model: 'City', operation: 'findMany', dataPath: [], args: '{}', fingerprint: 'f' }

describe('entryKey', () => {
  it('is the model and 43 characters that need no escaping', () => {
    expect(entryKey(parts)).toEqual({ model: 'City', digest: expect.stringMatching(/^[\w-]{43}$/) })
  })

  it('is the same for the same parts', () => {
    expect(entryKey({ ...parts })).toEqual(entryKey(parts))
  })

  it('differs with every part', () => {
    const keys = [
      parts,
      { ...parts, model: 'Country' },
      { ...parts, operation: 'findFirst' },
      { ...parts, dataPath: ['select', 'country'] },
      { ...parts, args: '{"take":#1}' },
      { ...parts, fingerprint: 'g' },
    ].map((each) => entryKey(each).digest)
    expect(new Set(keys).size).toBe(keys.length)
  })

  it('keeps apart what is only joined differently', () => {
    expect(entryKey({ ...parts, operation: 'a', args: 'bc' })).not.toEqual(
      entryKey({ ...parts, operation: 'ab', args: 'c' }),
    )
    expect(entryKey({ ...parts, dataPath: ['a,b'] })).not.toEqual(entryKey({ ...parts, dataPath: ['a', 'b'] }))
  })
})

describe('fingerprint', () => {
  it('is equal only for equal lists', () => {
    const list = fc.array(fc.string(), { maxLength: 3 })
    fc.assert(
      fc.property(list, list, (left, right) => {
        expect(fingerprint(left) === fingerprint(right)).toBe(JSON.stringify(left) === JSON.stringify(right))
      }),
    )
    expect(fingerprint(['ab', 'c'])).not.toBe(fingerprint(['a', 'bc']))
  })
})
