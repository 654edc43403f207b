import { Decimal } from '@prisma/client/runtime/client'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { rowTypesOf } from '../../../../src/analysis/row-types.ts'
import { isPlainJson } from '../../../../src/core/codec/plain-json.ts'
import { schemaCodec } from '../../../../src/core/codec/schema-codec.ts'
import { superjsonCodec } from '../../../../src/core/codec/superjson-codec.ts'
import type { Parsed } from '../../../../src/core/codec.ts'
import { CacheError } from '../../../../src/core/errors.ts'
import { sample } from './sample.ts'

const refused = Symbol('refused')

/** Changes everything that a caller could change, at every depth. */
function spoil(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  if (value instanceof Date) value.setTime(0)
  else if (value instanceof Uint8Array) value.fill(7)
  else if (value instanceof Decimal) {
    value.d.fill(9)
    Object.assign(value, { e: 5, s: -1 })
  } else {
    for (const inner of Object.values(value)) spoil(inner)
    if (Array.isArray(value)) value.push('spoilt')
    else {
      for (const key of Object.keys(value)) Object.assign(value, { [key]: 'spoilt' })
      Object.assign(value, { another: 1 })
    }
  }
}

const types = rowTypesOf(sample)
const codecs = [
  ['compiled', schemaCodec({ Decimal, types, mayCompile: true })],
  ['not compiled', schemaCodec({ Decimal, types, mayCompile: false })],
] as const
const [[, codec]] = codecs

const float = fc.oneof(fc.double(), fc.constantFrom(Number.NaN, -0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY))
const decimal = fc
  .tuple(fc.bigInt(), fc.integer({ min: -40, max: 40 }))
  .map(([digits, exponent]) => new Decimal(`${digits}e${exponent}`))
const bytes = fc.uint8Array({ maxLength: 20 }).map((each) => new Uint8Array(each))
const date = fc.date({ noInvalidDate: true })
// Keys like `__proto__` are for superjson.
const json = fc
  .jsonValue({ maxDepth: 3 })
  .map((value) => JSON.parse(JSON.stringify(value)))
  .filter((value) => isPlainJson(value))
const orNull = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: null })
const list = <T>(one: fc.Arbitrary<T>, maxLength = 3) => fc.array(one, { maxLength })

const columns = {
  ...{ id: fc.integer(), text: fc.string({ unit: 'binary' }), flag: fc.boolean() },
  colour: orNull(fc.constantFrom('RED', 'BLUE')),
  ...{ float: orNull(float), big: orNull(fc.bigInt()), decimal: orNull(decimal), at: orNull(date) },
  ...{ bytes: orNull(bytes), json, floats: list(float), decimals: list(decimal), dates: list(date) },
  ...{ blobs: list(bytes), jsons: list(json), texts: list(fc.string()) },
}
const owner = fc.record({ id: fc.integer(), since: date }, { noNullPrototype: true })

/** Rows with the same columns: some of them, in some order, and relations of which one may be missing. */
const rows = fc
  .tuple(fc.shuffledSubarray(Object.keys(columns) as (keyof typeof columns)[], { minLength: 1 }), fc.boolean())
  .chain(([names, withOwner]) => {
    const row = Object.fromEntries(names.map((name) => [name, columns[name] as fc.Arbitrary<unknown>]))
    // More than there are columns, often.
    const maxLength = 2 * names.length + 2
    return list(
      fc.record({ ...row, ...(withOwner ? { owner: orNull(owner) } : {}) }, { noNullPrototype: true }),
      maxLength,
    )
  })

describe.each(codecs)('rows, %s', (_, codec) => {
  it('are written as they would be by themselves, whatever row was written before', () => {
    const row = rows.map(([first]) => (first ?? null) as Readonly<Record<string, unknown>> | null)
    // The same columns again, with values that no model has; and others again.
    const computed = row.map((one) => one && { ...one, id: 'computed', flag: [one.flag] })
    fc.assert(
      fc.property(fc.array(fc.oneof(row, computed), { minLength: 2, maxLength: 4 }), (several) => {
        for (const one of several.flatMap((value) => [value, value && { ...value }])) {
          const text = codec.encode(one, 'Sample')
          expect(text).toBe(schemaCodec({ Decimal, types }).encode(one, 'Sample'))
          expect(codec.decode(text, 'Sample')).toStrictEqual(one)
        }
      }),
    )
  })

  it('come back as they were', () => {
    fc.assert(
      fc.property(rows, (value) => {
        const text = codec.encode(value, 'Sample')
        expect(codec.decode(text, 'Sample')).toStrictEqual(value)
        // In the order of their keys, too.
        expect(codec.encode(codec.decode(text, 'Sample'), 'Sample')).toBe(text)
        expect(isBySchema(text)).toBe(true)
      }),
      { numRuns: 500 },
    )
  })

  it('are the same however often they are made of what was parsed once, whatever was done to those before', () => {
    const one = rows.map(([first]) => first ?? null)
    fc.assert(
      fc.property(fc.oneof(rows, one), (value) => {
        const { value: first, again } = codec.parse!(codec.encode(value, 'Sample'), 'Sample')
        for (const make of [() => first, again!, again!]) {
          const made = make()
          expect(made).toStrictEqual(value)
          spoil(made)
        }
      }),
      { numRuns: 500 },
    )
    const aggregates = [{ _count: { _all: 3 }, _min: { json: { a: [1] } } }, null]
    const { again } = codec.parse!(codec.encode(aggregates, 'Sample'), 'Sample')
    spoil(again!())
    expect(again!()).toStrictEqual(aggregates)
  })

  it.each<readonly [string, string]>([
    ['an object in the place of a text', '[1,"id,text",[1,{"a":1}]]'],
    ['a list in the place of a number', '[1,"id",[[1]]]'],
    ['lists in a list of texts', '[1,"texts",[[["b"]]]]'],
    ['a text in the place of a list', '[1,"texts",["abc"]]'],
    ['a prototype in JSON', '[1,"json",[{"__proto__":{"a":1}}]]'],
  ])('are not made again of what nobody wrote, and callers would share: %s', (_, text) => {
    expect(() => codec.parse!(text, 'Sample')).toThrow(CacheError)
  })

  it('tell what they take, of which a text with many small things in it has more', () => {
    const bytesOf = (value: unknown) => codec.parse!(codec.encode(value, 'Sample'), 'Sample').bytes
    expect(bytesOf({ text: 'x'.repeat(10_000) })).toBeLessThan(50_000)
    expect(bytesOf({ json: Array.from({ length: 1000 }, () => ({})) })).toBeGreaterThan(60_000)
    expect(bytesOf({ texts: Array.from({ length: 1000 }, (_, i) => `${i}`) })).toBeGreaterThan(30_000)
  })

  it('are not made again where they are of no model, or were written by superjson', () => {
    for (const [value, model] of [
      [5, null],
      [{ flag: [true] }, 'Sample'],
    ] as const) {
      expect(codec.parse!(codec.encode(value, model), model)).toEqual({ value, again: null, bytes: 0 })
    }
  })

  it('come back one by one, and as null', () => {
    fc.assert(
      fc.property(rows, ([value = null]) => {
        const text = codec.encode(value, 'Sample')
        expect(codec.decode(text, 'Sample')).toStrictEqual(value)
        expect(isBySchema(text)).toBe(true)
      }),
    )
  })

  it('come back where one of them is null', () => {
    const value = [{ id: 1 }, null, { id: 2 }]
    expect(codec.decode(codec.encode(value, 'Sample'), 'Sample')).toStrictEqual(value)
  })

  it('come back with the rows that they are related to, on several levels', () => {
    const value = [1, 2].map((id) => ({
      id,
      since: new Date(id),
      samples: [
        { owner: null, decimals: [new Decimal('1.10')], _count: { owner: 1 } },
        { owner: { since: new Date(7), samples: [] }, decimals: [], _count: { owner: 0 } },
      ],
      _count: { samples: 2 },
    }))
    const text = codec.encode(value, 'Owner')
    expect(codec.decode(text, 'Owner')).toStrictEqual(value)
    expect(isBySchema(text)).toBe(true)
  })

  it('come back as aggregates and groups', () => {
    const value = [
      {
        colour: 'RED',
        _count: { _all: 3, big: 1 },
        _sum: { big: 12n, decimal: new Decimal('0.10'), float: 0.5, id: 3 },
        _avg: { big: 1.5, decimal: new Decimal(1), id: Number.NaN },
        _min: { at: new Date(1), text: 'a', big: -1n },
        _max: { at: null, text: null, big: null },
      },
    ]
    const text = codec.encode(value, 'Sample')
    expect(codec.decode(text, 'Sample')).toStrictEqual(value)
    expect(isBySchema(text)).toBe(true)
  })

  it('are fresh with every call, and share nothing', () => {
    const at = new Date(1)
    const text = codec.encode([{ at, dates: [at] }], 'Sample')
    const [first, second] = [0, 1].map(() => codec.decode(text, 'Sample') as { at: Date; dates: Date[] }[])
    expect(first).toStrictEqual(second)
    expect(new Set([first![0], second![0], first![0]!.at, second![0]!.at, first![0]!.dates[0]]).size).toBe(5)
  })

  it('have decimals of their own, also where the same number stood before', () => {
    const text = codec.encode([{ decimal: new Decimal('1.25') }, { decimal: new Decimal('1.25') }], 'Sample')
    const [first] = codec.decode(text, 'Sample') as { decimal: Decimal }[]
    Object.assign(first!.decimal, { d: [9], s: -1 })
    Object.assign((codec.decode(text, 'Sample') as { decimal: Decimal }[])[1]!.decimal.d, [7])
    expect(codec.decode(text, 'Sample')).toStrictEqual([
      { decimal: new Decimal('1.25') },
      { decimal: new Decimal('1.25') },
    ])
  })

  it('of a store that lies are refused, and nothing but refused', () => {
    const damage = fc.record({ at: fc.nat(), length: fc.nat({ max: 4 }), text: fc.string({ maxLength: 4 }) })
    fc.assert(
      fc.property(rows, damage, (value, { at, length, text }) => {
        const whole = codec.encode(value, 'Sample')
        const start = at % whole.length
        const damaged = whole.slice(0, start) + text + whole.slice(start + length)
        const outcomes = [codec.decode, codec.parse!].map((read) => {
          try {
            return read(damaged, 'Sample')
          } catch (error) {
            expect(error).toBeInstanceOf(CacheError)
            expect(error).toMatchObject({ code: 'CODEC.UNDECODABLE' })
            return refused
          }
        })
        const [decoded, parsed] = outcomes as [unknown, Parsed | typeof refused]
        if (parsed === refused) return
        // What is read for many callers is read more strictly.
        expect(parsed.value).toStrictEqual(decoded)
        if (!parsed.again) return
        spoil(parsed.value)
        expect(parsed.again()).toStrictEqual(decoded)
      }),
    )
  })

  it.each<readonly [string, string]>([
    ['no JSON', '[1,'],
    ['another kind', '[4,"id",[1]]'],
    ['no columns', '[1]'],
    ['a column that the model has not', '[1,"id,other",[1,2]]'],
    ['a column that is code', '[1,"id);throw 1;(",[1]]'],
    ['a column that is the prototype', '[1,"__proto__",[{}]]'],
    ['a relation without columns', '[1,"owner",[{}]]'],
    ['columns of what has none', '[1,"id(id)",[1]]'],
    ['a parenthesis that is not closed', '[1,"owner(id",[[1]]]'],
    ['too few values', '[1,"id,text",[1]]'],
    ['too many values', '[1,"id",[1,2]]'],
    ['a row that is none', '[1,"id",{"id":1}]'],
    ['rows that are none', '[2,"id",5]'],
    ['columns that are none', '[3,"id",5]'],
    ['no column', '[3,"",[]]'],
    ['a column that is no list', '[3,"id",[5]]'],
    ['too few columns', '[3,"id,text",[[1,2,3]]]'],
    ['too many columns', '[3,"id",[[1,2],[1,2]]]'],
    ['columns of different length', '[3,"id,text",[[1,2,3],["a","b"]]]'],
    ['columns that the model has not', '[3,"id,other",[[1,2,3],[1,2,3]]]'],
    ['columns of dates that are text', '[3,"at",[["2024-01-01",null]]]'],
    ['a date that is text', '[1,"at",["2024-01-01"]]'],
    ['a date that is none', '[1,"at",[8640000000000001]]'],
    ['a decimal that is none', '[1,"decimal",["1.2.3"]]'],
    ['a bigint that is none', '[1,"big",["x"]]'],
    ['a bigint that is empty', '[1,"big",[""]]'],
    ['bytes that are no base64', '[1,"bytes",["a"]]'],
    ['a float that is text', '[1,"float",["much"]]'],
    ['a list that is none', '[1,"dates",[5]]'],
  ])('are refused when they are %s', (_, text) => {
    expect(() => codec.decode(text, 'Sample')).toThrow(expect.objectContaining({ code: 'CODEC.UNDECODABLE' }))
  })
})

describe('what is not exactly what the schema says', () => {
  it.each<readonly [string, unknown]>([
    ['a field that the model has not', { id: 1, computed: new Date(1) }],
    ['undefined', { id: 1, text: undefined }],
    ['a number where a date belongs', { at: 5 }],
    ['a date where a number belongs', { id: new Date(5) }],
    ['a date where text belongs', { text: new Date(5) }],
    ['a bigint where a number belongs', { id: 5n }],
    ['a negative zero in an integer', { id: -0 }],
    ['a negative zero in JSON', { json: { a: [-0] } }],
    ['a buffer where bytes belong', { bytes: Buffer.from('a') }],
    ['a value where a list belongs', { dates: new Date(1) }],
    ['a list where a value belongs', { at: [new Date(1)] }],
    ['a row where a list of rows belongs', { samples: { id: 1 } }],
    [
      'rows of other columns',
      [
        { id: 1, text: 'a' },
        { id: 1, flag: true },
      ],
    ],
    ['rows of more columns', [{ id: 1 }, { id: 1, flag: true }]],
    ['rows of fewer columns', [{ id: 1, flag: true }, { id: 1 }]],
    [
      'rows of another order',
      [
        { id: 1, flag: true },
        { flag: true, id: 1 },
      ],
    ],
    ['related rows of other columns', [{ owner: { id: 1 } }, { owner: { since: new Date(1) } }]],
    ['a list of numbers', [1, 2]],
    ['a number', 5],
  ])('comes back as it was: %s', (_, value) => {
    const text = codec.encode(value, 'Sample')
    expect(codec.decode(text, 'Sample')).toStrictEqual(value)
    expect(isBySchema(text)).toBe(false)
  })

  it('is refused where it cannot come back', () => {
    const cycle: { owner?: unknown } = {}
    cycle.owner = { samples: [cycle] }
    expect(() => codec.encode(cycle, 'Sample')).toThrow('a cycle')
    expect(() => codec.encode(Object.assign(new Array(2), [{ id: 1 }]), 'Sample')).toThrow('a sparse array')
    expect(() => codec.encode({ at: new Date(Number.NaN) }, 'Sample')).toThrow('an invalid date')
  })
})

it('names the columns of a list once, and keeps nothing beside a value', () => {
  const rows = [1, 2].map((id) => ({ id, decimal: new Decimal('9.90'), at: new Date(id) }))
  expect(codec.encode(rows, 'Sample')).toBe('[2,"id,decimal,at",[[1,"9.9",1],[2,"9.9",2]]]')
})

it('writes more rows than columns column by column', () => {
  const rows = [1, 2, 3].map((id) => ({ id, at: id === 2 ? null : new Date(id) }))
  expect(codec.encode(rows, 'Sample')).toBe('[3,"id,at",[[1,2,3],[1,null,3]]]')
  expect(codec.decode(codec.encode(rows, 'Sample'), 'Sample')).toStrictEqual(rows)
})

function isBySchema(text: string): boolean {
  return text.startsWith('[')
}

it('writes what is of no model as superjson alone does, for readers that know only that', () => {
  const general = superjsonCodec({ Decimal })
  const write = { id: 5, values: { price: new Decimal('1.10'), at: new Date(1), size: 7n } }
  expect(codec.encode(write, null)).toBe(general.encode(write))
  expect(codec.decode(general.encode(write), null)).toStrictEqual(write)
})
