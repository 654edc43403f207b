import fc from 'fast-check'
import { expect, it } from 'vitest'
import { decodeEntry, encodeEntry, isOfTags, payloadUnder, stampsById } from '../../../src/core/entry.ts'
import { tagIds } from '../../../src/core/stamp-tags.ts'
import type { Stamp, StampTag } from '../../../src/core/store.ts'
import { TagList } from '../../../src/core/tag-list.ts'

const tag = fc.oneof(
  fc.constant<StampTag>({ kind: 'root', model: 'City' }),
  fc.string().map((shape): StampTag => ({ kind: 'shape', model: 'City', shape: encodeURIComponent(shape) })),
  fc.string().map((name): StampTag => ({ kind: 'user', name })),
)
const stamp = fc.stringMatching(/^[A-Za-z0-9:_-]{1,12}$/)
const stamped = fc.array(fc.tuple(tag, stamp), { maxLength: 5 })
const times = fc.record({
  ttlMs: fc.nat(),
  keepMs: fc.oneof(fc.constant(0), fc.nat()),
  loadMs: fc.double({ min: 0, max: 1e6, noNaN: true }),
})
const payload = fc.string({ unit: 'grapheme' })

const encoded = fc.tuple(stamped, times, payload).map(([of, time, text]) => {
  const tags = of.map(([one]) => one)
  const stamps = of.map(([, one]) => one)
  return {
    tags,
    stamps,
    text: encodeEntry({ ids: JSON.stringify(tagIds(tags)), stamps, payload: text, ...time }),
    time,
    payload: text,
  }
})

it('is read as it was written', () => {
  fc.assert(
    fc.property(encoded, ({ tags, stamps, text, time, payload }) => {
      const entry = decodeEntry(text)
      expect(entry).toMatchObject({ ttlMs: time.ttlMs, keepMs: time.keepMs, stamps, payload })
      expect(entry.loadMs).toBeCloseTo(time.loadMs, 1)
      expect(isOfTags(entry, new TagList(tags))).toBe(true)
      expect([...stampsById(entry).keys()]).toEqual([...new Set(tagIds(tags))])
    }),
  )
})

/** The same entry, or another one, and what it is compared with: the same tags and stamps, or others. */
const compared = encoded.chain((entry) =>
  fc.record({
    entry: fc.constant(entry),
    tags: fc.oneof(fc.constant(entry.tags), fc.subarray(entry.tags), fc.array(tag, { maxLength: 5 })),
    stamps: fc.oneof(
      { weight: 3, arbitrary: fc.constant<readonly (Stamp | null)[]>(entry.stamps) },
      fc.tuple(fc.nat(4), fc.oneof(fc.constant(null), stamp, fc.constant(''))).map(([at, other]) => {
        return entry.stamps.map((one, i) => (i === at ? other : one))
      }),
      fc.constant(entry.stamps.map((one) => one.slice(0, -1))),
      fc.constant(entry.stamps.map((one) => `${one}x`)),
    ),
  }),
)

it('gives its payload away exactly where its tags and stamps are those that are current, and it is not kept beyond its time', () => {
  let given = 0
  fc.assert(
    fc.property(compared, ({ entry, tags, stamps }) => {
      const decoded = decodeEntry(entry.text)
      const areCurrent =
        tags.length > 0 &&
        isOfTags(decoded, new TagList(tags)) &&
        decoded.stamps.length === tags.length &&
        tags.every((_, i) => decoded.stamps[i] === stamps[i])
      const expected = areCurrent && decoded.keepMs === 0 ? entry.payload : undefined
      if (expected !== undefined) given += 1
      expect(payloadUnder(entry.text, new TagList(tags), stamps)).toBe(expected)
    }),
    { numRuns: 1000 },
  )
  expect(given).toBeGreaterThan(20)
})

it.each([
  '',
  '3',
  '3 ',
  '3 1 0 0',
  '3 1 0 0 ',
  '3 1 0 0 a\n',
  '3 1 0 0 a\n["u x"]',
  '2 1 0 0 a\n["u x"]\nrow',
  '33 1 0 0 a\n["u x"]\nrow',
  'row',
])('gives nothing away of what is none: %j', (text) => {
  expect(payloadUnder(text, new TagList([{ kind: 'user', name: 'x' }]), ['a'])).toBeUndefined()
})
