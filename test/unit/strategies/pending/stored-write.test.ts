import { Decimal } from '@prisma/client/runtime/client'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { PendingWrite } from '../../../../src/analysis/pending/pending-write.ts'
import { superjsonCodec } from '../../../../src/core/codec/superjson-codec.ts'
import type { ValuesTag } from '../../../../src/core/tags.ts'
import { nameOf } from '../../../../src/core/values-name.ts'
import {
  distinctGuards,
  encodeStoredWrite,
  foundBy,
  JsonOnce,
  namesOf,
  StoredWrite,
} from '../../../../src/strategies/pending/stored-write.ts'

const codec = superjsonCodec({ Decimal })
const nothing = { known: new JsonOnce([]), changed: [], before: [], after: [] }

const text = fc.string({ unit: 'binary' })
const guard = fc.record({ shape: text, values: text }).map(({ shape, values }): ValuesTag => {
  return { kind: 'values', model: 'City', shape, values }
})
const guards = fc.array(guard, { minLength: 1, maxLength: 4 })
const value = fc.oneof(text, fc.bigInt(), fc.date({ noInvalidDate: true }), fc.constant(null), fc.integer())
const write = fc
  .record({ id: value, name: value })
  .map(
    (row): PendingWrite => ({ kind: 'update', id: { id: row.id }, changes: { name: { op: 'set', value: row.name } } }),
  )

it('an accepted write comes back as it was, with the names and the keys of its lookups', () => {
  fc.assert(
    fc.property(write, guards, (write, guards) => {
      const stored = encodeStoredWrite(write, nothing, foundBy(guards), codec)
      const back = new StoredWrite('City', stored, codec)
      expect(back.write).toStrictEqual(write)
      expect(back.guards).toStrictEqual(guards)
      expect(back.names).toBe(guards.map(nameOf).join(' '))
      expect(back.row).toBe(nameOf(guards[0]!))
      // What stands between the writes of an entry of the stream.
      expect(stored).not.toContain('\u001e')
    }),
  )
})

it('tells what a write does to queries', () => {
  const id: ValuesTag = { kind: 'values', model: 'City', shape: '=id|*', values: '["1"]' }
  const change: PendingWrite = { kind: 'update', id: { id: 1 }, changes: { views: { op: 'increment', value: 1 } } }
  const known = [['id', '1']] as const
  const changed = { changed: ['views'], before: [['views', '0']], after: [['views', '1']] } as const
  const touched = { known: new JsonOnce(known), ...changed }
  const { event } = new StoredWrite('City', encodeStoredWrite(change, touched, foundBy([id]), codec), codec)
  expect(event).toEqual({
    ...{ model: 'City', kind: 'update', changed: ['views'] },
    before: new Map([...known, ...changed.before]),
    after: new Map([...known, ...changed.after]),
  })
})

it('what it does to queries stands there in ASCII, whatever the row holds', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (name) => {
      const change: PendingWrite = { kind: 'update', id: { id: 1 }, changes: { views: { op: 'increment', value: 1 } } }
      const known = [['name', name]] as const
      const touched = { known: new JsonOnce(known), changed: ['alias'], before: known, after: [] }
      const text = encodeStoredWrite(change, touched, foundBy([]), codec)
      expect(Buffer.byteLength(text)).toBe(text.length)
      expect(new StoredWrite('City', text, codec).event.before).toEqual(new Map(known))
    }),
  )
})

it('several writes name each of their lookups, and tell it once', () => {
  fc.assert(
    fc.property(fc.array(guards, { minLength: 1, maxLength: 4 }), (lists) => {
      const writes = lists.map((guards) => {
        const write: PendingWrite = { kind: 'delete', id: { id: 1 } }
        return new StoredWrite(
          'City',
          encodeStoredWrite(write, { ...nothing, changed: 'all' }, foundBy(guards), codec),
          codec,
        )
      })
      const names = [...new Set(lists.flat().map(nameOf))]
      expect(new Set(namesOf(writes).split(' '))).toEqual(new Set(names))
      expect(distinctGuards(writes).map(nameOf)).toEqual(names)
      // However many writes there are of a row.
      expect(namesOf([...writes, ...writes])).toBe(namesOf(writes))
    }),
  )
})

it.each([
  ['no JSON', '{'],
  ['no text of the codec', '"?"'],
])('says that it cannot be decoded where it holds %s', (_, damaged) => {
  const stored = new StoredWrite('City', `name\n${damaged}\n[[],[],[],[],[]]`, codec)
  expect(() => stored.write).toThrow(expect.objectContaining({ code: 'CODEC.UNDECODABLE' }))
})

it.each([
  ['no JSON', '['],
  ['something else', '[[["=id|*","[]"]],{"known":[]}]'],
])('says so of what it does to queries, where that is %s', (_, damaged) => {
  const stored = new StoredWrite('City', `name\n{"kind":"delete","id":{"id":1}}\n${damaged}`, codec)
  expect(stored.write).toEqual({ kind: 'delete', id: { id: 1 } })
  expect(() => stored.event).toThrow(expect.objectContaining({ code: 'CODEC.UNDECODABLE' }))
})
