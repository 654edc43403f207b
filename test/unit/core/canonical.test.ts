import { Decimal } from '@prisma/client/runtime/client'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonical } from '../../../src/core/canonical.ts'
import { CacheError } from '../../../src/core/errors.ts'
import { secondRuntime } from './second-runtime.ts'

const codeOf = (value: unknown) => {
  try {
    return canonical(value)
  } catch (error) {
    return error instanceof CacheError ? error.code : error
  }
}

describe('canonical', () => {
  it('writes every type in its own way', () => {
    const args = {
      where: {
        id: 2n,
        name: 'a"b',
        born: new Date(0),
        price: new Decimal('1.50'),
        hash: Buffer.from('hi'),
        gone: null,
      },
      take: 1,
      list: [undefined, true, false],
      skipped: undefined,
    }
    expect(canonical(args)).toBe(
      '{"list":[u,t,f],"take":#1,"where":{"born":d:1970-01-01T00:00:00.000Z,"gone":n,"hash":b:aGk=,"id":i2,"name":"a\\"b","price":m"1.5"}}',
    )
  })

  it('keeps apart values that JSON would mix up', () => {
    const date = new Date(0)
    const values: readonly unknown[] = [
      1, '1', 1n, true, 'true', null, 'null', undefined, 'n', 'u', '#1', 0.1, Number.NaN, 'NaN', Number.POSITIVE_INFINITY, [],
      {}, [[]], [null], [undefined], [undefined, undefined], '', [''], date, date.toISOString(), date.getTime(),
      `d:${date.toISOString()}`, { toJSON: () => date.toISOString() }, { toJSON: () => date }, new Decimal(1), new Decimal('1.1'),
      new Decimal('1e30'), '1.1', 1.1, Buffer.from('1'), 'MQ==', 'b:MQ==', { a: null }, { a: { b: 1 } }, { 'a.b': 1 },
      { a: 1, b: 2 }, { a: '1,"b":#2' }, { 'a":#1,"b': 2 }, [1, 2], [2, 1], [[1], 2], [1, [2]], ['1,2'], '\ud800', '\ufffd',
    ] // biome-ignore format: one screen
    const texts = values.map((value) => canonical(value))
    expect(texts.filter((text, i) => texts.indexOf(text) !== i)).toEqual([])
  })

  it('takes for the same what means the same', () => {
    expect(canonical(-0)).toBe(canonical(0))
    expect(canonical(new Decimal('1.0'))).toBe(canonical(new Decimal(1)))
    expect(canonical(new Decimal('-0'))).toBe(canonical(new Decimal(0)))
    expect(canonical(Buffer.from('x'))).toBe(canonical(new Uint8Array([120])))
    expect(canonical(new Uint8Array([1, 2, 3]).subarray(1))).toBe(canonical(new Uint8Array([2, 3])))
    expect(canonical({ a: undefined })).toBe(canonical({}))
    expect(canonical(Object.assign(Object.create(null), { a: 1 }))).toBe(canonical({ a: 1 }))
    expect(canonical({ toJSON: () => ({ b: 1, a: 2 }) })).toBe(canonical({ toJSON: () => ({ a: 2, b: 1 }) }))
    // biome-ignore lint/suspicious/noSparseArray: a hole is the point
    expect(canonical([, 1])).toBe(canonical([undefined, 1]))
  })

  it('knows a decimal of another copy of decimal.js', () => {
    const { Decimal: Other } = secondRuntime()
    expect(new Other('2.5') instanceof Decimal).toBe(false)
    expect(canonical(new Other('2.5'))).toBe(canonical(new Decimal('2.5')))
  })

  it('keeps undefined when asked to', () => {
    expect(canonical({ a: undefined }, { keepUndefined: true })).toBe('{"a":u}')
  })

  it('writes named objects by their name, and never as a string', () => {
    class Opaque {}
    const identify = (value: object) => (value instanceof Opaque ? 'x"y' : undefined)
    expect(canonical([new Opaque()], { identify })).toBe('[o"x\\"y"]')
    expect(canonical('o"x"')).not.toBe(canonical(new Opaque(), { identify }))
  })

  it('prefers the name of an object over its toJSON', () => {
    class Opaque {
      toJSON() {
        return 1
      }
    }
    expect(canonical(new Opaque(), { identify: () => 'name' })).toBe('o"name"')
    expect(canonical(new Opaque())).toBe('j#1')
  })

  it('writes an own key named __proto__ like any other', () => {
    expect(canonical(JSON.parse('{"__proto__":1,"a":2}'))).toBe('{"__proto__":#1,"a":#2}')
  })

  const cycle: { self?: unknown } = {}
  cycle.self = [cycle]
  const endless = () => ({ toJSON: endless })
  it.each<readonly [string, unknown]>([
    ['a function', () => 1],
    ['a function inside', { a: [() => 1] }],
    ['a symbol', Symbol('x')],
    ['an invalid date', new Date(Number.NaN)],
    ['a class instance', new (class Point {})()],
    ['a map', new Map()],
    ['a regular expression', /x/],
    ['another typed array', new Float64Array(1)],
    ['a cycle', cycle],
    ['a toJSON without end', endless()],
    ['too many levels', Array.from({ length: 65 }).reduce((inner) => [inner], 1)],
  ])('refuses %s', (_, value) => {
    expect(codeOf(value)).toBe('KEY.UNSUPPORTED_VALUE')
  })

  it('finds a cycle before it runs into the limit of levels', () => {
    expect(() => canonical(cycle)).toThrow('a cycle')
  })

  it('takes 64 levels, and an object that occurs twice without a cycle', () => {
    const deep = Array.from({ length: 64 }).reduce((inner) => [inner], 1)
    const twice = { a: 1 }
    expect(canonical(deep)).toBe(`${'['.repeat(64)}#1${']'.repeat(64)}`)
    expect(canonical([twice, twice])).toBe('[{"a":#1},{"a":#1}]')
  })

  it('does not repeat values in its errors', () => {
    expect(() => canonical({ secret: 'hunter2', f: () => 1 })).toThrow(/^The arguments hold a function, which/)
  })

  it('is equal exactly when the values are', () => {
    fc.assert(
      fc.property(args, args, (left, right) => {
        expect(canonical(left) === canonical(right)).toBe(same(left, right))
      }),
      { numRuns: 3000 },
    )
  })

  it('tells a value from the same one with one leaf replaced', () => {
    fc.assert(
      fc.property(args, leaf, leaf, (rest, left, right) => {
        expect(canonical({ rest, x: [left] }) === canonical({ rest, x: [right] })).toBe(same(left, right))
      }),
      { numRuns: 1000 },
    )
  })

  it('does not depend on the order of keys', () => {
    fc.assert(
      fc.property(args, (value) => {
        expect(canonical(reversedKeys(value))).toBe(canonical(value))
      }),
    )
  })
})

// Few different leaves and keys, so that equal pairs and near misses come up often.
const leaf = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    undefined,
    true,
    false,
    0,
    -0,
    1,
    '1',
    1n,
    'n',
    'u',
    't',
    '',
    ',',
    '"',
    '}',
    '[]',
    '{}',
    '#1',
  ),
  fc.constantFrom(
    new Date(0),
    new Date(1),
    '1970-01-01T00:00:00.000Z',
    new Decimal(1),
    new Decimal('1.0'),
    new Decimal('0.1'),
  ),
  fc.constantFrom(Buffer.from('a'), new Uint8Array([97]), Buffer.alloc(0), 'YQ=='),
  fc.string({ maxLength: 3, unit: 'binary' }),
  fc.double(),
  fc.bigInt(),
)
const { args } = fc.letrec((tie) => ({
  args: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf,
    fc.array(tie('args'), { maxLength: 2 }),
    fc.dictionary(fc.constantFrom('a', 'b', '', 'a"', ','), tie('args'), { maxKeys: 2 }),
  ),
}))

/** The equivalence that keys promise, written without looking at text. */
function same(left: unknown, right: unknown): boolean {
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) {
    return left === right || (Number.isNaN(left) && Number.isNaN(right))
  }
  if (left instanceof Date || right instanceof Date) {
    return left instanceof Date && right instanceof Date && left.getTime() === right.getTime()
  }
  if (left instanceof Decimal || right instanceof Decimal) {
    return left instanceof Decimal && right instanceof Decimal && left.equals(right)
  }
  if (left instanceof Uint8Array || right instanceof Uint8Array) {
    return left instanceof Uint8Array && right instanceof Uint8Array && Buffer.compare(left, right) === 0
  }
  if (Array.isArray(left) || Array.isArray(right)) {
    if (!Array.isArray(left) || !Array.isArray(right) || left.length !== right.length) return false
    return left.every((item, i) => same(item, right[i]))
  }
  const [a, b] = [left, right] as readonly Readonly<Record<string, unknown>>[]
  return [...new Set([...Object.keys(left), ...Object.keys(right)])].every((key) => same(a?.[key], b?.[key]))
}

function reversedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversedKeys)
  if (typeof value !== 'object' || value === null) return value
  const prototype = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return value
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, item]) => [key, reversedKeys(item)]),
  )
}

it('tells an undefined apart in an omit, where it is not the same as nothing', () => {
  expect(canonical({ omit: { a: undefined } })).not.toBe(canonical({ omit: {} }))
  expect(canonical({ include: { b: { omit: { a: undefined } } } })).not.toBe(
    canonical({ include: { b: { omit: {} } } }),
  )
  expect(canonical({ where: { a: undefined } })).toBe(canonical({ where: {} }))
})
