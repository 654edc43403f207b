import { Decimal } from '@prisma/client/runtime/client'
import fc from 'fast-check'
import { SuperJSON } from 'superjson'
import { describe, expect, it } from 'vitest'
import { rowTypesOf } from '../../../../src/analysis/row-types.ts'
import { schemaCodec } from '../../../../src/core/codec/schema-codec.ts'
import { superjsonCodec } from '../../../../src/core/codec/superjson-codec.ts'
import type { Codec } from '../../../../src/core/codec.ts'
import { CacheError } from '../../../../src/core/errors.ts'
import { secondRuntime } from '../second-runtime.ts'
import { sample } from './sample.ts'

const superjson = superjsonCodec({ Decimal })
const schema = schemaCodec({ Decimal, types: rowTypesOf(sample) })
const bySchema = (model: string | null): Codec => ({
  name: schema.name,
  encode: (value) => schema.encode(value, model),
  decode: (text) => schema.decode(text, model),
})

// Of values that no model has, the codec of the schema must be as faithful as of those that it knows.
describe.each<readonly [string, Codec]>([
  ['superjson', superjson],
  ['the schema, of no model', bySchema(null)],
  ['the schema, of a model', bySchema('Sample')],
])('%s', (_, codec) => {
  const roundTrip = (value: unknown) => codec.decode(codec.encode(value))

  describe('a round trip', () => {
    it.each<readonly [string, unknown]>([
      ['undefined', undefined],
      ['null', null],
      ['undefined and null in an object', { a: undefined, b: null }],
      ['undefined in an array', [undefined, null]],
      ['NaN', Number.NaN],
      ['infinities', [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]],
      ['a negative zero', [-0, 0]],
      ['large bigints', [2n ** 63n, -(2n ** 63n), 0n]],
      ['dates', [new Date(0), new Date(-1), new Date(8.64e15)]],
      [
        'decimals',
        [new Decimal('0.1'), new Decimal('1e-30'), new Decimal('-0'), new Decimal('1e30'), new Decimal('9'.repeat(60))],
      ],
      ['strings that look like other types', ['2020-01-01T00:00:00.000Z', '1n', 'NaN', 'undefined', 'aGk=', '\ud800']],
      ['keys of the envelope', { json: { json: 1n, meta: 2 }, meta: { values: ['Date'], v: 1 } }],
      ['dots and backslashes in keys', { 'a.b': 1n, 'a\\.b': new Date(1), '\\': 2n, '': { '': 3n, '.': 4n }, '0': 5n }],
      ['keys like those of lists', { 0: new Date(1), 1: [{ 0: 1n }] }],
      ['relations', { id: 1, posts: [{ at: new Date(1), tags: [{ id: 1n }] }], boss: null, _count: { posts: 1 } }],
      ['the same object twice', (() => [1, 2].map(((date) => () => ({ date }))(new Date(1))))()],
    ])('keeps %s', (_, value) => {
      expect(roundTrip(value)).toStrictEqual(value)
    })

    // superjson by itself throws for each of them.
    it.each(['__proto__', 'constructor', 'prototype'])('keeps a key named %s, as a key and nothing more', (key) => {
      const value = { data: JSON.parse(`{"${key}":{"polluted":true,"${key}":{"x":[]}},"other":1}`), at: new Date(1) }
      expect(() => SuperJSON.stringify(value)).toThrow('prototype pollution')
      const back = roundTrip(value) as typeof value
      expect(Object.getPrototypeOf(back.data)).toBe(Object.prototype)
      expect(Object.keys(back.data).sort()).toEqual([key, 'other'].sort())
      expect(JSON.stringify(back)).toBe(JSON.stringify(value))
      expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
    })

    it('keeps typed values under such keys', () => {
      const value = { constructor: [1n, { prototype: new Date(1), 'a.b': new Decimal(2) }], b: undefined }
      expect(roundTrip(value)).toEqual(value)
    })

    it('gives back the class of each kind of value', () => {
      const value = [new Decimal(1), new Date(0), Buffer.from('a'), new Uint8Array([1])] as const
      const back = roundTrip(value) as typeof value
      expect(back.map((each) => each.constructor)).toEqual([back[0].constructor, Date, Buffer, Uint8Array])
      expect(back[0]).toBeInstanceOf(Decimal)
      expect(back[0].constructor).toBe(value[0].constructor)
      expect(back).toStrictEqual(value)
    })

    it('gives bytes a memory of their own', () => {
      const bytes = new Uint8Array([1, 2, 3, 4]).subarray(1, 3)
      const back = roundTrip(bytes) as Uint8Array
      expect(back).toStrictEqual(new Uint8Array([2, 3]))
      expect(back.buffer.byteLength).toBe(2)
    })

    it('writes bytes as base64', () => {
      expect(codec.encode(new Uint8Array(300)).length).toBeLessThan(480)
    })

    it('gives fresh objects every time, also where one occurred twice', () => {
      const shared = { at: new Date(1) }
      const text = codec.encode([shared, shared])
      const [first, second] = [codec.decode(text), codec.decode(text)] as { at: Date }[][]
      expect(first).toEqual(second)
      expect(new Set([...first!, ...second!]).size).toBe(4)
      expect(first![0]!.at).not.toBe(first![1]!.at)
    })
  })

  describe('encode', () => {
    const cycle: { self?: unknown } = {}
    cycle.self = cycle
    const inner: { list: unknown[] } = { list: [] }
    inner.list.push({ inner })
    const { Decimal: OtherDecimal } = secondRuntime()

    it.each<readonly [string, unknown]>([
      ['a function', { f: () => 1 }],
      ['a symbol', [Symbol('x')]],
      ['an invalid date', new Date(Number.NaN)],
      ['a map', new Map([[1, 2]])],
      ['a set', new Set([1])],
      ['an error', new Error('x')],
      ['a regular expression', /x/],
      ['a URL', new URL('http://x')],
      ['another typed array', new Float64Array(1)],
      ['a class instance', new (class Point {})()],
      ['an object without prototype', Object.create(null)],
      ['a sparse array', new Array(2)],
      ['a cycle from the root', cycle],
      ['a cycle further down', { 'a.b': inner }],
      ['a cycle under an empty key', { '': inner }],
      ['a decimal of another copy of the runtime', new OtherDecimal(1)],
    ])('refuses %s', (_, value) => {
      expect(() => codec.encode(value)).toThrow(/^A result holds a[n]? .*, which cannot be encoded\.$/)
    })

    it('leaves the value as it was', () => {
      const value = { prototype: [new Date(1), { a: undefined }], bytes: new Uint8Array([1]) }
      const before = structuredClone(value)
      codec.encode(value)
      expect(value).toStrictEqual(before)
    })

    it('leaves the shared instance of superjson alone', () => {
      expect(SuperJSON.serialize(new Date(0)).meta?.values).toEqual(['Date'])
    })
  })

  describe('any result', () => {
    it('comes back as it was', () => {
      fc.assert(
        fc.property(result, (value) => {
          expect(roundTrip(value)).toStrictEqual(value)
        }),
        { numRuns: 1000 },
      )
    })

    it('comes back from its text as the same text', () => {
      fc.assert(
        fc.property(result, (value) => {
          const text = codec.encode(value)
          expect(codec.encode(codec.decode(text))).toBe(text)
        }),
      )
    })

    it('may hold any JSON column', () => {
      fc.assert(
        fc.property(fc.jsonValue({ stringUnit: 'binary' }), fc.constantFrom(...awkwardKeys), (json, key) => {
          const value = JSON.parse(JSON.stringify({ data: { [key]: json } }))
          // By text: a key named `constructor` would confuse the comparison of types.
          expect(JSON.stringify(roundTrip(value))).toBe(JSON.stringify(value))
        }),
      )
    })
  })
})

describe('superjson decodes', () => {
  const wrapped = (json: unknown, rule: string) =>
    JSON.stringify({ json: [rule, json], meta: { values: [['custom', 'typed']], v: 1 } })

  it.each<readonly [string, string]>([
    ['nothing', ''],
    ['no JSON', '{"json":'],
    ['a bare value', '5'],
    ['null', 'null'],
    ['no envelope', '{"meta":{}}'],
    ['an unknown rule', wrapped(1, 'unknown')],
    ['an unknown type', '{"json":1,"meta":{"values":[["custom","unknown"]],"v":1}}'],
    ['a rule that writes nothing', wrapped(1, 'refused')],
    ['a wrong annotation', '{"json":1,"meta":{"values":["nonsense"],"v":1}}'],
    ['a date that is none', wrapped('soon', 'date')],
    ['a date that is a number', wrapped(5, 'date')],
    ['a decimal that is none', wrapped('1.2.3', 'decimal')],
    ['a decimal that is an object', wrapped({}, 'decimal')],
    ['bytes that are no base64', wrapped('a', 'bytes')],
    ['bytes that are a list', wrapped([1], 'bytes')],
    ['pairs that are none', wrapped(5, 'pairs')],
    ['a bigint that is none', '{"json":"x","meta":{"values":["bigint"],"v":1}}'],
    ['a date where there is nothing', '{"json":{},"meta":{"values":{"a":[["custom","typed"]]},"v":1}}'],
    ['a path into a prototype', '{"json":{},"meta":{"values":{"__proto__.x":["undefined"]},"v":1}}'],
  ])('refuses %s', (_, text) => {
    expect(() => superjson.decode(text)).toThrow(
      expect.objectContaining({ name: 'CacheError', code: 'CODEC.UNDECODABLE' }),
    )
  })

  it('throws nothing but UNDECODABLE for damaged text', () => {
    const damage = fc.record({ at: fc.nat(), length: fc.nat({ max: 4 }), text: fc.string({ maxLength: 4 }) })
    fc.assert(
      fc.property(result, damage, (value, { at, length, text }) => {
        const whole = superjson.encode(value)
        const start = at % whole.length
        try {
          superjson.decode(whole.slice(0, start) + text + whole.slice(start + length))
        } catch (error) {
          expect(error).toBeInstanceOf(CacheError)
          expect(error).toMatchObject({ code: 'CODEC.UNDECODABLE' })
        }
      }),
    )
  })
})

const awkwardKeys = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'toJSON',
  'json',
  'meta',
  'a.b',
  'a\\',
  '\\.',
  '',
  '0',
  'length',
]

const decimal = fc
  .tuple(fc.bigInt(), fc.integer({ min: -40, max: 40 }))
  .map(([digits, exponent]) => new Decimal(`${digits}e${exponent}`))
const bytes = fc.uint8Array({ maxLength: 40 })
const scalar = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    undefined,
    true,
    false,
    -0,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ),
  fc.double(),
  fc.integer(),
  fc.bigInt(),
  fc.string({ unit: 'binary' }),
  fc.date({ noInvalidDate: true }),
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  decimal,
  bytes.map((each) => new Uint8Array(each)),
  bytes.map((each) => Buffer.from(each)),
)
// Without `constructor` and `__proto__`, by which `toStrictEqual` itself goes; they have tests of their own.
const key = fc.oneof(
  fc.string({ maxLength: 6 }).filter((each) => each !== '__proto__' && each !== 'constructor'),
  fc.constantFrom(...awkwardKeys.slice(2)),
)
const { result } = fc.letrec((tie) => ({
  result: fc.oneof(
    { maxDepth: 4 },
    scalar,
    fc.array(tie('result'), { maxLength: 4 }),
    fc.dictionary(key, tie('result'), { maxKeys: 5, noNullPrototype: true }),
  ),
}))
