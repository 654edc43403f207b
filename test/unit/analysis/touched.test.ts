import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeValues } from '../../../src/analysis/pin.ts'
import type { RowEvent } from '../../../src/analysis/row-event.ts'
import { touchedTags } from '../../../src/analysis/touched.ts'
import { type Columns, makeShape, type Shape, type Tag } from '../../../src/core/tags.ts'

const event = (kind: RowEvent['kind'], known: Record<string, string>, changed: Columns = 'all'): RowEvent => ({
  model: 'M',
  kind,
  known: new Map(Object.entries(known)),
  changed,
})
const touched = (shape: Shape, ...events: RowEvent[]) =>
  touchedTags(events, new Map([['M', [shape]]])).map((tag) => (tag.kind === 'values' ? tag.values : tag.kind))

describe('the tags that an event touches', () => {
  const byA = makeShape(['a'], ['b'])
  it.each([
    ['create', 'the values when all are known', byA, event('create', { a: '1', b: '2' }), ['["1"]']],
    ['delete', 'the values when all are known', byA, event('delete', { a: '1' }), ['["1"]']],
    ['create', 'the shape when one is not', makeShape(['a', 'c'], 'all'), event('create', { a: '1' }), ['shape']],
    ['create', 'the shape of a list', makeShape([], ['b']), event('create', { b: '1' }), ['shape']],
    ['update', 'nothing when no column of the shape changes', byA, event('update', { a: '1' }, ['c']), []],
    [
      'update',
      'the values when a column changes and they are known',
      byA,
      event('update', { a: '1' }, ['b']),
      ['["1"]'],
    ],
    ['update', 'the shape when they are not', byA, event('update', {}, ['b']), ['shape']],
    ['update', 'the shape when a pinned field changes', byA, event('update', { a: '1' }, ['a']), ['shape']],
    ['update', 'the shape when all fields may change', byA, event('update', { a: '1' }), ['shape']],
    [
      'update',
      'the values when every column matters',
      makeShape(['a'], 'all'),
      event('update', { a: '1' }, ['z']),
      ['["1"]'],
    ],
    ['update', 'nothing in a list that reads no column', makeShape([], []), event('update', {}), []],
    ['any', 'the root', byA, event('any', {}), ['root']],
  ])('%s: %s', (_, __, shape, event, tags) => {
    expect(touched(shape, event)).toEqual(tags)
  })

  it('are each named once, and none for a model whose shapes are not known', () => {
    expect(
      touched(byA, event('create', { a: '1' }), event('delete', { a: '1' }), event('any', {}), event('any', {})),
    ).toEqual(['["1"]', 'root'])
    expect(touchedTags([event('create', {})], new Map())).toEqual([])
  })
})

// A table of rows, queries over it and writes on it: whenever a write changes an answer, a tag of that query is touched.

type Row = Readonly<Record<'id' | 'a' | 'b' | 'c' | 'd', number>>
type Name = keyof Row
const names = ['a', 'b', 'c', 'd'] as const

interface Query {
  readonly pins: readonly Name[]
  readonly values: Row
  readonly above: { readonly field: Name; readonly than: number } | null
  readonly kind: 'list' | 'count' | 'sum'
  readonly select: readonly Name[]
  readonly by: Name | null
  readonly take: number | null
  readonly sum: Name
}

type Write =
  | { readonly kind: 'create'; readonly row: Row; readonly known: readonly Name[] }
  | { readonly kind: 'delete'; readonly at: number }
  | { readonly kind: 'update'; readonly at: number; readonly set: Partial<Row> }
  | { readonly kind: 'updateMany'; readonly field: Name; readonly value: number; readonly set: Partial<Row> }
  | { readonly kind: 'deleteMany'; readonly field: Name; readonly value: number }

const value = fc.nat(2)
const name = fc.constantFrom(...names)
const some = (from: readonly Name[]) => fc.subarray([...from])
const row = fc.record({ id: fc.nat(7), a: value, b: value, c: value, d: value })
const set = fc.dictionary(name, value, { minKeys: 1 }) as fc.Arbitrary<Partial<Row>>

const query: fc.Arbitrary<Query> = fc.record({
  pins: fc.oneof({ weight: 4, arbitrary: some(names) }, { weight: 1, arbitrary: fc.constant<Name[]>(['id']) }),
  values: row,
  above: fc.option(fc.record({ field: name, than: value }), { freq: 2 }),
  kind: fc.constantFrom('list', 'count', 'sum'),
  select: some([...names, 'id']),
  by: fc.option(name),
  take: fc.option(fc.integer({ min: 1, max: 3 }), { freq: 2 }),
  sum: name,
})

const write: fc.Arbitrary<Write> = fc.oneof(
  fc.record({ kind: fc.constant('create' as const), row, known: some(['id', ...names]) }),
  fc.record({ kind: fc.constant('delete' as const), at: fc.nat() }),
  fc.record({ kind: fc.constant('update' as const), at: fc.nat(), set }),
  fc.record({ kind: fc.constant('updateMany' as const), field: name, value, set }),
  fc.record({ kind: fc.constant('deleteMany' as const), field: name, value }),
)

function answer(query: Query, rows: readonly Row[]): string {
  const { pins, values, above, by, take, select, sum } = query
  const found = rows
    .filter((row) => pins.every((pin) => row[pin] === values[pin]) && (!above || row[above.field] > above.than))
    .sort((x, y) => (by ? x[by] - y[by] : 0) || x.id - y.id)
  if (query.kind === 'count') return String(found.length)
  if (query.kind === 'sum') return String(found.reduce((total, row) => total + row[sum], 0))
  return JSON.stringify(found.slice(0, take ?? found.length).map((row) => select.map((field) => row[field])))
}

function shapeOf({ pins, above, kind, select, by, sum }: Query): Shape {
  const read = kind === 'list' ? [...select, ...(by ? [by] : [])] : kind === 'sum' ? [sum] : []
  return makeShape(pins, [...pins, ...(above ? [above.field] : []), ...read])
}

const known = (row: Partial<Row>) => new Map(Object.entries(row).map(([field, value]) => [field, String(value)]))

function tagsOf(query: Query): Tag[] {
  const shape = shapeOf(query)
  const own: Tag[] = [
    { kind: 'root', model: 'M' },
    { kind: 'shape', model: 'M', shape: shape.id },
  ]
  if (shape.fields.length === 0) return own
  return [...own, { kind: 'values', model: 'M', shape: shape.id, values: encodeValues(shape, known(query.values))! }]
}

function apply(write: Write, rows: readonly Row[]): { readonly rows: readonly Row[]; readonly event: RowEvent } | null {
  const make = (kind: RowEvent['kind'], pins: Partial<Row>, changed: Columns = 'all') =>
    ({ model: 'M', kind, known: known(pins), changed }) satisfies RowEvent
  const matches = (field: Name, value: number) => (row: Row) => row[field] === value
  switch (write.kind) {
    case 'create': {
      if (rows.some((row) => row.id === write.row.id)) return null
      const told = Object.fromEntries(write.known.map((field) => [field, write.row[field]]))
      return { rows: [...rows, write.row], event: make('create', told) }
    }
    case 'delete': {
      const gone = rows[write.at % rows.length]
      return gone ? { rows: rows.filter((row) => row !== gone), event: make('delete', gone) } : null
    }
    case 'update': {
      const old = rows[write.at % rows.length]
      if (!old) return null
      const row = { ...old, ...write.set }
      return { rows: rows.map((one) => (one === old ? row : one)), event: make('update', row, Object.keys(write.set)) }
    }
    case 'updateMany': {
      const hit = matches(write.field, write.value)
      const told = { [write.field]: write.value, ...write.set }
      return {
        rows: rows.map((row) => (hit(row) ? { ...row, ...write.set } : row)),
        event: make('update', told, Object.keys(write.set)),
      }
    }
    case 'deleteMany': {
      const hit = matches(write.field, write.value)
      return { rows: rows.filter((row) => !hit(row)), event: make('delete', { [write.field]: write.value }) }
    }
  }
}

function soundness(touch: typeof touchedTags) {
  const start = fc.uniqueArray(row, { selector: (row) => row.id, maxLength: 6 })
  const queries = fc.array(query, { minLength: 1, maxLength: 10 })
  const writes = fc.array(write, { minLength: 1, maxLength: 30 })
  return fc.property(start, queries, writes, (start, queries, writes) => {
    const shapes = new Map([['M', queries.map(shapeOf)]])
    let rows: readonly Row[] = start
    for (const write of writes) {
      const after = apply(write, rows)
      if (!after) continue
      const tags = new Set(touch([after.event], shapes).map((tag) => JSON.stringify(tag)))
      for (const query of queries) {
        const isTouched = tagsOf(query).some((tag) => tags.has(JSON.stringify(tag)))
        if (!isTouched && answer(query, after.rows) !== answer(query, rows)) return false
      }
      rows = after.rows
    }
    return true
  })
}

describe('the table of events and tags', () => {
  it('touches a tag of every query whose answer changes', () => {
    fc.assert(soundness(touchedTags), { numRuns: 500 })
  })

  it.each<[string, typeof touchedTags]>([
    [
      'a changed pin is treated as known',
      (events, shapes) => {
        const wrong = (event: RowEvent, { fields, columns }: Shape): RowEvent =>
          event.kind === 'update' &&
          event.changed !== 'all' &&
          columns !== 'all' &&
          fields.every((one) => event.known.has(one))
            ? { ...event, kind: 'create' }
            : event
        return [...shapes].flatMap(([model, all]) =>
          all.flatMap((shape) =>
            events.flatMap((one) => touchedTags([wrong(one, shape)], new Map([[model, [shape]]]))),
          ),
        )
      },
    ],
    ['exact tags are left out', (events, shapes) => touchedTags(events, shapes).filter((tag) => tag.kind !== 'values')],
    ['shape tags are left out', (events, shapes) => touchedTags(events, shapes).filter((tag) => tag.kind !== 'shape')],
    [
      'updates look at columns only of what is pinned',
      (events, shapes) => {
        const pinned = [...shapes].map(([model, all]) => [model, all.map((one) => ({ ...one, columns: [] }))] as const)
        return touchedTags(events, new Map(pinned))
      },
    ],
  ])('is unsound when %s', (_, wrong) => {
    expect(fc.check(soundness(wrong), { numRuns: 500 }).failed).toBe(true)
  })
})
