import { skip } from '@prisma/client/runtime/client'
import fc from 'fast-check'
import { Prisma } from '../../../prisma/generated/client.ts'
import type { Field, Model } from '../../../src/analysis/data-model.ts'

/** A write as it is asked for, but for which row it is about: `row` chooses among those that there are then. */
export interface Call {
  readonly operation: 'create' | 'createMany' | 'createManyAndReturn' | 'update' | 'upsert' | 'delete'
  readonly row: number
  /** Which of the unique keys asks for it. */
  readonly key: number
  readonly data: Data
  readonly others: readonly Data[]
  readonly changes: Data
  readonly shown: {
    readonly select?: Readonly<Record<string, boolean>>
    readonly omit?: Readonly<Record<string, boolean>>
  }
}

export type Data = Readonly<Record<string, unknown>>

/**
 * Calls on a model, most of them plain; some hold something odd.
 *
 * @param pools values for the fields that depend on other rows.
 * @param fixed fields that other rows depend on.
 */
export function callsOf(
  model: Model,
  pools: Readonly<Record<string, readonly unknown[]>> = {},
  fixed: readonly string[] = model.idFields,
): fc.Arbitrary<Call> {
  const fields = model.scalars.filter(({ isHidden }) => !isHidden)
  const givenTo = (field: Field) => (pools[field.name] ? fc.constantFrom(...pools[field.name]!) : wholeValue(field))
  const isIdOfSequence = (field: Field) => field.default?.kind === 'autoincrement'
  const data = withOdd(
    fields,
    fc.record(Object.fromEntries(fields.map((field) => [field.name, givenTo(field)])), {
      requiredKeys: fields
        .filter((one) => one.isRequired && !one.isList && one.default === null)
        .map(({ name }) => name),
      noNullPrototype: true,
    }),
  ).map((made) => without(made, fields.filter(isIdOfSequence)))
  const changeable = fields.filter(({ name }) => !fixed.includes(name))
  const changes = withOdd(
    changeable,
    fc.uniqueArray(fc.constantFrom(...changeable), { minLength: 1, maxLength: 4 }).chain((chosen) =>
      fc.record(Object.fromEntries(chosen.map((field) => [field.name, change(field, givenTo(field))])), {
        noNullPrototype: true,
      }),
    ),
  )
  const flags = fc.dictionary(fc.constantFrom(...fields.map(({ name }) => name)), fc.boolean(), {
    noNullPrototype: true,
  })
  return fc.record({
    operation: fc.constantFrom(...operations),
    row: fc.integer({ min: -1, max: 30 }),
    key: fc.nat(3),
    data,
    others: fc.array(data, { maxLength: 2 }),
    changes,
    shown: fc.oneof(
      { arbitrary: fc.constant({}), weight: 4 },
      { arbitrary: flags.map((select) => ({ select: { ...select, [fields[0]!.name]: true } })), weight: 1 },
      { arbitrary: fc.record({ omit: flags }), weight: 1 },
    ),
  })
}

const operations: readonly Call['operation'][] = [
  ...(['create', 'create', 'createMany', 'createManyAndReturn'] as const),
  ...(['update', 'update', 'update', 'update', 'update', 'upsert', 'upsert', 'delete'] as const),
]

/** One of the fields gets something odd, in one of five. */
function withOdd(fields: readonly Field[], plain: fc.Arbitrary<Data>): fc.Arbitrary<Data> {
  const odd = fc.constantFrom(...fields).chain((field) => oddValue(field).map((value) => [field.name, value] as const))
  return fc
    .tuple(plain, fc.nat(4), odd)
    .map(([data, one, [name, value]]) => (one === 0 ? { ...data, [name]: value } : data))
}

function without(data: Data, fields: readonly Field[]): Data {
  const names = fields.map(({ name }) => name)
  return Object.fromEntries(Object.entries(data).filter(([name]) => !names.includes(name)))
}

function wholeValue(field: Field): fc.Arbitrary<unknown> {
  const item = itemValue(field)
  if (field.isList) return fc.array(field.type === 'Json' ? fc.oneof(item, fc.constant(null)) : item, { maxLength: 3 })
  if (field.type === 'Json')
    return fc.oneof(item, fc.constantFrom(Prisma.JsonNull, ...(field.isRequired ? [] : [Prisma.DbNull])))
  return field.isRequired ? item : fc.oneof({ arbitrary: item, weight: 4 }, { arbitrary: fc.constant(null), weight: 1 })
}

function change(field: Field, value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const plain = value
  const set = field.type === 'Json' && !field.isList ? value : value.map((inner) => ({ set: inner }))
  if (field.isList) {
    const item = itemValue(field)
    return fc.oneof(
      plain,
      set,
      item.map((push) => ({ push })),
      fc.array(item, { maxLength: 2 }).map((push) => ({ push })),
    )
  }
  if (!numeric.has(field.type)) return fc.oneof(plain, set)
  const operand = fc.oneof(itemValue(field), fc.constantFrom<unknown>(1, 2, 3, 10, -1, 0))
  const arithmetic = fc
    .tuple(fc.constantFrom('increment', 'decrement', 'multiply', 'divide'), operand)
    .map(([op, by]) => ({ [op]: by }))
  return fc.oneof({ arbitrary: plain, weight: 1 }, { arbitrary: set, weight: 1 }, { arbitrary: arithmetic, weight: 4 })
}

const numeric = new Set(['Int', 'BigInt', 'Float', 'Decimal'])

/** Mostly such as keep their digits on every way to the database. */
const anyDouble = fc.double({ noNaN: true, noDefaultInfinity: true })
const doubles = fc.oneof(
  { arbitrary: anyDouble.map((value) => Number(value.toPrecision(15))).filter(Number.isFinite), weight: 6 },
  { arbitrary: anyDouble, weight: 1 },
)

const text = fc.string({ unit: 'grapheme', maxLength: 12 })
const days = {
  min: new Date('0001-01-01T00:00:00.000Z'),
  max: new Date('9999-12-31T23:59:59.999Z'),
  noInvalidDate: true,
}

/** Values that are surely valid. */
function itemValue(field: Field): fc.Arbitrary<unknown> {
  if (field.kind === 'enum') return fc.constantFrom(...field.enumLabels.keys())
  switch (field.type) {
    case 'Int':
      return fc.oneof(fc.integer({ min: -20, max: 20 }), fc.integer(), fc.constantFrom(-(2 ** 31), 2 ** 31 - 1, 65536))
    case 'BigInt':
      return fc.oneof(
        fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
        fc.bigInt({ min: -30n, max: 30n }),
        fc.maxSafeInteger(),
      )
    case 'Float':
      return fc.oneof(
        doubles.filter((value) => !Object.is(value, -0)),
        fc.integer({ min: -9, max: 9 }),
        fc.constantFrom(0.1, 0.2, 1e21, 1e-7, 1e308, 5e-324, 2 ** 53, 123456789.125),
      )
    case 'Decimal':
      return decimals(field.nativeType?.args.map(Number) ?? [65, 30])
    case 'Boolean':
      return fc.boolean()
    case 'String':
      return field.nativeType?.name === 'Uuid'
        ? fc.tuple(fc.uuid(), fc.boolean()).map(([id, isUpper]) => (isUpper ? id.toUpperCase() : id))
        : text
    case 'DateTime':
      return fc.oneof(
        fc.date(days),
        fc.date(days).map((date) => date.toISOString()),
        fc.date(days).map((date) => date.toISOString().replace(/\.\d+Z$/, 'Z')),
      )
    case 'Bytes':
      return fc.oneof(
        fc.uint8Array({ maxLength: 8 }),
        fc.uint8Array({ maxLength: 8 }).map((bytes) => Buffer.from(bytes)),
      )
    case 'Json':
      return json.filter((value) => value !== null)
    default:
      throw new Error(`no values for ${field.type}`)
  }
}

const { json } = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.oneof(fc.constant(null), fc.boolean(), text, doubles, fc.constantFrom(1e21, 1e-9, -0, 0.1, 10, 1e300, -1e-300)),
    fc.array(tie('json'), { maxLength: 3 }),
    fc.dictionary(
      fc.oneof(text, fc.constantFrom('b', 'aa', 'é', 'zz', '10', '9', '01', 'toJSON', 'set', '\u{1f600}', '\uffee!')),
      tie('json'),
      { maxKeys: 5, noNullPrototype: true },
    ),
  ),
}))

function decimals([precision = 65, scale = 30]: readonly number[]): fc.Arbitrary<unknown> {
  const whole = fc.bigInt({ min: -(10n ** BigInt(precision - scale)) + 1n, max: 10n ** BigInt(precision - scale) - 1n })
  const digits = fc.tuple(
    fc.oneof(whole, fc.bigInt({ min: -99n, max: 99n })),
    fc.stringMatching(new RegExp(`^[0-9]{1,${scale}}$`)).filter((fraction) => fraction.length <= scale),
  )
  return fc.oneof(
    digits.map(([integer, fraction]) => `${integer}.${fraction}`),
    digits.map(([integer, fraction]) => new Prisma.Decimal(`${integer}.${fraction}`)),
    fc.constantFrom<unknown>(0, 1, 0.1, 0.25, -3, 2.5, '-0', '0.50', '100', new Prisma.Decimal('1e2')),
    fc.integer({ min: -9999, max: 9999 }),
  )
}

/** What is mostly refused: by Prisma, by PostgreSQL, or only by the plan. */
function oddValue({ type, isRequired }: Field): fc.Arbitrary<unknown> {
  const odd: readonly unknown[] = [
    ...[undefined, null, {}, [], [[]], [null], '', 'x', 1.5, -0, 2 ** 31, 1e30, 2n ** 63n, 5n, true, Number.NaN],
    ...['1', '1e3', '.5', 'a\0', 'a\ud800', new Date(Number.NaN), new Date(-1e15), '2024-02-30T00:00:00.000Z'],
    ...['2024-01-01', new Prisma.Decimal('1e-31'), new Prisma.Decimal('NaN'), new Prisma.Decimal('1e40'), 0.1 + 0.2],
    ...[Prisma.DbNull, Prisma.JsonNull, Prisma.AnyNull, skip, { set: undefined }, { set: null }, { set: 1 }],
    ...[{ increment: 1, decrement: 1 }, { increment: undefined }, { increment: null }, { divide: 0 }, { push: [] }],
    ...[{ push: null }, { unset: true }, { a: undefined }, { a: [undefined] }, { $type: 'x' }, { a: { $type: 'Raw' } }],
    ...[
      { a: new Date(0) },
      { a: 5n },
      { a: Number.POSITIVE_INFINITY },
      { toJSON: () => 1 },
      JSON.parse('{"__proto__":1}'),
    ],
    ...[
      'x'.repeat(3000),
      new Map(),
      () => 1,
      new Array(2),
      { increment: 1.5 },
      { multiply: 1e200 },
      { increment: '1' },
    ],
    ...[{ 'a\0': 1 }, { a: '\udc00' }, 'PURPLE', 'blue', new Uint8Array([1]), new Uint16Array([1]), new ArrayBuffer(2)],
  ]
  return fc.constantFrom(...(type === 'Json' || isRequired ? odd : [...odd, null]))
}
