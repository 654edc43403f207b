import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { condensed, type Known, type RowEvent, rowsMax } from '../../../../src/analysis/writes/row-event.ts'
import { type ColumnsOf, columnsOfSchema, touchedTags } from '../../../../src/analysis/writes/touched.ts'
import {
  type Columns,
  makeShape,
  type Pin,
  prefixField,
  type Shape,
  type Tag,
  tagsOfUse,
} from '../../../../src/core/tags.ts'
import { blog } from '../schemas.ts'

type Values = Readonly<Record<string, Pin>>

const known = (values: Values = {}): Known => new Map(Object.entries(values))
const create = (after: Values): RowEvent => ({
  model: 'M',
  kind: 'create',
  before: known(),
  after: known(after),
  changed: 'all',
})
const remove = (before: Values): RowEvent => ({
  model: 'M',
  kind: 'delete',
  before: known(before),
  after: known(),
  changed: 'all',
})
/** What is known before and after; with one set of values they stay the same. */
const update = (changed: Columns, before: Values, after = before): RowEvent => ({
  model: 'M',
  kind: 'update',
  before: known(before),
  after: known(after),
  changed,
})
const any: RowEvent = { model: 'M', kind: 'any', before: known(), after: known(), changed: 'all' }
const times = <T>(count: number, make: (i: number) => T) => Array.from({ length: count }, (_, i) => make(i))

/** Without the mark, which goes with every touch. */
const touched = (shape: Shape, ...events: RowEvent[]) => touchedKnowing(undefined, shape, ...events)
/** The same by a writer whose schema has these columns. */
const touchedKnowing = (columnsOf: ColumnsOf | undefined, shape: Shape, ...events: RowEvent[]) =>
  touchedTags(events, new Map([['M', [shape]]]), columnsOf)
    .filter((tag) => tag.kind !== 'mark')
    .map((tag) => (tag.kind === 'values' ? tag.values : tag.kind))

describe('the tags that an event touches', () => {
  const byA = makeShape(['a'], ['b'])
  const byAc = makeShape(['a', 'c'], ['b'])
  const list = makeShape([], ['b'])
  const entering = makeShape(['a'], ['b'], { isEntering: true })
  it.each<[string, string, Shape, RowEvent, string[]]>([
    ['create', 'its values', byA, create({ a: '1', b: '2' }), ['["1"]']],
    ['create', 'its values up to one that is not known', byAc, create({ a: '1' }), ['["1"]']],
    ['create', 'the shape when the first is not known', byAc, create({ c: '1' }), ['shape']],
    ['create', 'the shape of a list', list, create({ b: '1' }), ['shape']],
    ['create', 'NULL like any value', byA, create({ a: null }), ['[null]']],
    ['delete', 'the values it had', byAc, remove({ a: '1', c: '2' }), ['["1","2"]']],
    ['update', 'nothing when no column of the shape changes', byA, update(['z'], { a: '1' }), []],
    ['update', 'the values when a column changes', byA, update(['b'], { a: '1' }), ['["1"]']],
    ['update', 'the shape when no value is known', byA, update(['b'], {}), ['shape']],
    ['update', 'both values of a pinned field', byA, update(['a'], { a: '1' }, { a: '2' }), ['["1"]', '["2"]']],
    ['update', 'the shape when the value before is not known', byA, update(['a'], {}, { a: '2' }), ['shape']],
    ['update', 'all that pin what is steady', byAc, update(['c'], { a: '1' }, { a: '1', c: '2' }), ['["1"]']],
    ['update', 'all that pin what is steady, on both sides', byAc, update(['c'], { a: '1', c: '2' }), ['["1","2"]']],
    ['update', 'the shape when all fields may change', byA, update('all', {}), ['shape']],
    ['update', 'the values when every column matters', makeShape(['a'], 'all'), update(['z'], { a: '1' }), ['["1"]']],
    ['update', 'nothing in a list that reads no column', makeShape([], []), update('all', {}), []],
    ['any', 'the root', byA, any, ['root']],
    ['create', 'what it enters', entering, create({ a: '1' }), ['["1"]']],
    ['update', 'what it enters, not what it leaves', entering, update(['a'], {}, { a: '2' }), ['["2"]']],
    ['update', 'all that it may enter', entering, update(['a'], { a: '1' }, {}), ['shape']],
    ['delete', 'nothing that it leaves', entering, remove({ a: '1' }), []],
  ])('%s: %s', (_, __, shape, event, tags) => {
    expect(touched(shape, event)).toEqual(tags)
  })

  it('of a beginning are those of the texts that begin so', () => {
    const byBeginning = makeShape(['a', prefixField('n', 2)], ['b'])
    expect(touched(byBeginning, create({ a: '1', n: 'Paris' }))).toEqual(['["1","Pa"]'])
    expect(touched(byBeginning, create({ a: '1', n: 'P' }))).toEqual(['["1","P"]'])
    expect(touched(byBeginning, create({ a: '1', n: null }))).toEqual(['["1",null]'])
    expect(touched(byBeginning, update(['n'], { a: '1' }, { a: '1', n: 'Paris' }))).toEqual(['["1"]'])
    expect(touched(byBeginning, update(['n'], { a: '1', n: 'Pavia' }, { a: '1', n: 'Lyon' }))).toEqual([
      '["1","Pa"]',
      '["1","Ly"]',
    ])
    expect(touched(byBeginning, update(['z'], { a: '1', n: 'Paris' }))).toEqual([])
    expect(touched(makeShape([prefixField('n', 1)], []), create({ n: '\u{1F30D}\u{1F30E}' }))).toEqual([
      '["\u{1F30D}"]',
    ])
  })

  it('are each named once, and none for a model whose shapes are not known', () => {
    expect(touched(byA, create({ a: '1' }), remove({ a: '1' }), any, any)).toEqual(['["1"]', 'root'])
    expect(touchedTags([create({})], new Map())).toEqual([])
  })

  it('move the mark of every shape that they reach, and of no other', () => {
    const shapes = [byA, list, makeShape(['a'], ['y'])]
    const marks = touchedTags([update(['b'], { a: '1' })], new Map([['M', shapes]])).filter(
      ({ kind }) => kind === 'mark',
    )
    expect(marks).toEqual([byA, list].map(({ id }) => ({ kind: 'mark', model: 'M', shape: id })))
    expect(touchedTags([any], new Map([['M', shapes]]))).toEqual([{ kind: 'root', model: 'M' }])
  })
})

describe('events of many rows', () => {
  it('stay as they are up to 128 of one model, kind and change', () => {
    const events = [
      ...times(rowsMax, (i) => create({ a: String(i) })),
      ...times(rowsMax, (i) => remove({ a: String(i) })),
      ...times(rowsMax, (i) => update(['b'], { a: String(i) })),
      ...times(rowsMax, (i) => update(['c'], { a: String(i) })),
      ...times(rowsMax, (i) => ({ ...create({ a: String(i) }), model: 'N' })),
    ]
    expect(rowsMax).toBe(128)
    expect(condensed(events)).toEqual(events)
    expect(condensed(events.slice(0, rowsMax))).toEqual(events.slice(0, rowsMax))
  })

  it('become one past that, which knows what all of them share, before and after', () => {
    const count = rowsMax + 1
    expect(condensed(times(count, (i) => create({ a: '1', b: String(i), c: i === 0 ? '1' : '2' })))).toEqual([
      create({ a: '1' }),
    ])
    expect(condensed(times(count, (i) => remove({ a: null, b: String(i) })))).toEqual([remove({ a: null })])
    const moves = times(count, (i) => update(['a', 'b'], { a: '1', b: String(i), c: '3' }, { a: String(i), b: '2' }))
    expect(condensed(moves)).toEqual([update(['a', 'b'], { a: '1', c: '3' }, { b: '2' })])
    expect(condensed(times(count, () => any))).toEqual([any])
  })

  it('know nothing of a column that is not known of each of them', () => {
    const events = [...times(rowsMax, () => create({ a: '1' })), create({ b: '1' })]
    expect(condensed(events)).toEqual([create({})])
    expect(condensed([...events].reverse())).toEqual([create({})])
  })

  it('leave those of other models, kinds and changes alone, however they are mixed', () => {
    const few = [
      remove({ a: 'few' }),
      update(['b'], { a: 'few' }),
      update('all', { a: 'few' }),
      { ...create({ a: 'few' }), model: 'N' },
    ]
    const many = times(rowsMax + few.length, (i) => create({ a: '1', b: String(i) }))
    const mixed = many.flatMap((event, i) => (i < few.length ? [event, few[i]!] : [event]))
    const found = condensed(mixed)
    expect(found).toHaveLength(few.length + 1)
    expect(found).toEqual(expect.arrayContaining([create({ a: '1' }), ...few]))
  })

  it('take no column for all of them, and no two for one, whatever they are called', () => {
    const spellings = [update(['all'], {}), update('all', {}), update(['a,b'], {}), update(['a', 'b'], {})]
    const events = times(4 * (rowsMax + 1), (i) => spellings[i % 4]!)
    expect(condensed(events)).toEqual(spellings)
  })

  it('touch what they share, also where they come from several writes', () => {
    const byA = makeShape(['a'], ['b'])
    const byB = makeShape(['b'], ['a'])
    const events = times(rowsMax + 1, (i) => create({ a: '1', b: String(i) }))
    expect(touched(byA, ...events)).toEqual(['["1"]'])
    expect(touched(byB, ...events)).toEqual(['shape'])
    expect(touched(byB, ...events.slice(1))).toEqual(events.slice(1).map(({ after }) => `["${after.get('b')}"]`))
  })
})

describe('values of many shapes', () => {
  const many = times(16, (i) => makeShape(['a'], [`c${i}`]))
  const small = makeShape(['b'], ['a'])
  const events = times(rowsMax, (i) => create({ a: String(i), b: '1' }))
  const tagsOf = (shapes: readonly Shape[]) =>
    touchedTags([...events, { ...any, model: 'N' }], new Map([['M', shapes]]))
  const valuesOf = (tags: readonly Tag[], { id }: Shape) =>
    tags.flatMap((tag) => (tag.kind === 'values' && tag.shape === id ? [tag.values] : []))

  it('are touched one by one up to 2048', () => {
    const tags = tagsOf(many)
    for (const shape of many) expect(valuesOf(tags, shape)).toEqual(events.map((_, i) => `["${i}"]`))
    expect(tags.filter(({ kind }) => kind === 'values')).toHaveLength(2048)
    expect(tags.filter(({ kind }) => kind === 'shape')).toEqual([])

    const uneven = tagsOf([...many.slice(1), ...times(128, (i) => makeShape(['b'], [`c${i}`]))])
    expect(uneven.filter(({ kind }) => kind === 'values')).toHaveLength(2048)
    expect(uneven.filter(({ kind }) => kind === 'shape')).toEqual([])
  })

  it('are touched with their whole shape past that, but for the shapes that have few of them', () => {
    const shapes = [...many, small]
    const tags = tagsOf(shapes)
    const ofKind = (kind: Tag['kind']) => tags.filter((tag) => tag.kind === kind)
    expect(ofKind('shape')).toEqual(many.map(({ id }) => ({ kind: 'shape', model: 'M', shape: id })))
    expect(ofKind('values')).toEqual([{ kind: 'values', model: 'M', shape: small.id, values: '["1"]' }])
    expect(ofKind('mark')).toEqual(shapes.map(({ id }) => ({ kind: 'mark', model: 'M', shape: id })))
    expect(ofKind('root')).toEqual([{ kind: 'root', model: 'N' }])
  })

  it('of two models with shapes of one name are counted apart', () => {
    const ofOther = times(10, (i) => ({ ...create({ a: String(i) }), model: 'N' }))
    const shapes = new Map([
      ['M', [...many, small]],
      ['N', many.slice(0, 1)],
    ])
    const tags = touchedTags([...events, ...ofOther], shapes).filter(({ model }) => model === 'N')
    expect(valuesOf(tags, many[0]!)).toEqual(ofOther.map((_, i) => `["${i}"]`))
    expect(tags.filter(({ kind }) => kind === 'shape')).toEqual([])
  })
})

describe('a shape of another release of the schema', () => {
  const columns: ColumnsOf = (model) => (model === 'M' ? new Set(['a', 'b', 'z']) : undefined)
  it.each<[string, Shape, RowEvent, string[]]>([
    [
      'every update where it shows a column that the writer does not know',
      makeShape(['a'], ['b', 'n']),
      update(['z'], { a: '1' }),
      ['["1"]'],
    ],
    ['every update where it pins one', makeShape(['n'], ['b']), update(['z'], { a: '1' }), ['shape']],
    [
      'every update where it pins one after another',
      makeShape(['a', 'n'], ['b']),
      update(['z'], { a: '1' }),
      ['["1"]'],
    ],
    [
      'every update where it pins the beginning of one',
      makeShape([prefixField('n', 2)], []),
      update(['z'], {}),
      ['shape'],
    ],
    ['no other update where the writer knows all of them', makeShape(['a'], ['b']), update(['z'], { a: '1' }), []],
    [
      'no other update where the writer knows whose beginning it pins',
      makeShape([prefixField('a', 2)], ['b']),
      update(['z'], {}),
      [],
    ],
    ['no more than ever where it shows all', makeShape(['a'], 'all'), update([], { a: '1' }), []],
    ['new rows by what is known of them', makeShape(['a'], ['n']), create({ a: '1' }), ['["1"]']],
  ])('counts %s', (_, shape, event, tags) => {
    expect(touchedKnowing(columns, shape, event)).toEqual(tags)
  })

  it('is none of a model whose columns are not known', () => {
    expect(touchedKnowing(() => undefined, makeShape(['a'], ['n']), update(['z'], { a: '1' }))).toEqual([])
  })

  it('is told by the columns of the database, not by the fields of the client', () => {
    const columnsOf = columnsOfSchema(blog)
    expect(columnsOf('Post')).toEqual(new Set(['id', 'title', 'meta', 'author_id', 'updatedAt']))
    expect(columnsOf('_PostToTag')).toEqual(new Set(['A', 'B']))
    expect(columnsOf('Nobody')).toBeUndefined()
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
  /** Whether it depends on the rows that it shows, where it can. */
  readonly byRow: boolean
}

type Write =
  | { readonly kind: 'create'; readonly row: Row; readonly known: readonly Name[] }
  | { readonly kind: 'delete'; readonly at: number }
  | {
      readonly kind: 'update'
      readonly at: number
      readonly set: Partial<Row>
      readonly known: readonly Name[]
      readonly knowsBefore: boolean
    }
  | { readonly kind: 'updateMany'; readonly field: Name; readonly value: number; readonly set: Partial<Row> }
  | { readonly kind: 'deleteMany'; readonly field: Name; readonly value: number }

const value = fc.nat(2)
const name = fc.constantFrom(...names)
const some = (from: readonly Name[]) => fc.subarray([...from])
const row = fc.record({ id: fc.nat(7), a: value, b: value, c: value, d: value })
const set = fc.dictionary(name, value, { minKeys: 1 }) as fc.Arbitrary<Partial<Row>>

const query: fc.Arbitrary<Query> = fc.record({
  pins: fc.oneof(
    { weight: 4, arbitrary: fc.shuffledSubarray<Name>([...names]) },
    { weight: 1, arbitrary: fc.constant<Name[]>(['id']) },
  ),
  values: row,
  above: fc.option(fc.record({ field: name, than: value }), { freq: 2 }),
  kind: fc.constantFrom('list', 'count', 'sum'),
  select: some([...names, 'id']),
  by: fc.option(name),
  take: fc.option(fc.integer({ min: 1, max: 3 }), { freq: 2 }),
  sum: name,
  byRow: fc.boolean(),
})

const write: fc.Arbitrary<Write> = fc.oneof(
  fc.record({ kind: fc.constant('create' as const), row, known: some(['id', ...names]) }),
  fc.record({ kind: fc.constant('delete' as const), at: fc.nat() }),
  fc.record({
    kind: fc.constant('update' as const),
    at: fc.nat(),
    set,
    known: some(['id', ...names]),
    knowsBefore: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('updateMany' as const), field: name, value, set }),
  fc.record({ kind: fc.constant('deleteMany' as const), field: name, value }),
)

function foundRows({ pins, values, above, by }: Query, rows: readonly Row[]): readonly Row[] {
  return rows
    .filter((row) => pins.every((pin) => row[pin] === values[pin]) && (!above || row[above.field] > above.than))
    .sort((x, y) => (by ? x[by] - y[by] : 0) || x.id - y.id)
}

function answer(query: Query, rows: readonly Row[]): string {
  const { select, sum } = query
  const found = foundRows(query, rows)
  if (query.kind === 'count') return String(found.length)
  if (query.kind === 'sum') return String(found.reduce((total, row) => total + row[sum], 0))
  const shown: readonly Name[] = isByRow(query) ? [...select, 'id'] : select
  return JSON.stringify(shownRows(query, rows).map((row) => shown.map((field) => row[field])))
}

function shownRows(query: Query, rows: readonly Row[]): readonly Row[] {
  const found = foundRows(query, rows)
  return found.slice(0, query.take ?? found.length)
}

function isByRow({ byRow, kind, pins }: Query): boolean {
  return byRow && kind === 'list' && pins.length > 0
}

function shapesOf(query: Query): readonly Shape[] {
  const { pins, above, kind, select, by, sum } = query
  const read = kind === 'list' ? [...select, ...(by ? [by] : [])] : kind === 'sum' ? [sum] : []
  const columns = [...pins, ...(above ? [above.field] : []), ...read]
  const isEntering = isByRow(query)
  return [makeShape(pins, columns, { isEntering }), ...(isEntering ? [makeShape(['id'], columns)] : [])]
}

const pinsOf = (row: Partial<Row>): Known =>
  new Map(Object.entries(row).map(([field, value]) => [field, String(value)] as const))

function tagsOf(query: Query, rows: readonly Row[]): Tag[] {
  const [shape, byId] = shapesOf(query)
  const values = query.pins.length === 0 ? [] : [query.pins.map((field) => String(query.values[field]))]
  const shown = byId ? shownRows(query, rows).map(({ id }) => [String(id)]) : []
  return [
    { kind: 'root', model: 'M' },
    ...tagsOfUse('M', { shape: shape!, values }),
    ...(byId ? tagsOfUse('M', { shape: byId, values: shown }) : []),
  ]
}

/** What a write does to the rows, and what is known of it: as for the real ones, not always everything. */
function apply(write: Write, rows: readonly Row[]): { readonly rows: readonly Row[]; readonly event: RowEvent } | null {
  const event = (kind: RowEvent['kind'], before: Partial<Row>, after: Partial<Row>, changed: Columns = 'all') =>
    ({ model: 'M', kind, before: pinsOf(before), after: pinsOf(after), changed }) satisfies RowEvent
  const matches = (field: Name, value: number) => (row: Row) => row[field] === value
  const told = (row: Row, fields: readonly Name[]) => Object.fromEntries(fields.map((field) => [field, row[field]]))
  switch (write.kind) {
    case 'create': {
      if (rows.some((row) => row.id === write.row.id)) return null
      return { rows: [...rows, write.row], event: event('create', {}, told(write.row, write.known)) }
    }
    case 'delete': {
      const gone = rows[write.at % rows.length]
      return gone ? { rows: rows.filter((row) => row !== gone), event: event('delete', gone, {}) } : null
    }
    case 'update': {
      const old = rows[write.at % rows.length]
      if (!old) return null
      const row = { ...old, ...write.set }
      const changed = Object.keys(write.set)
      const before = told(
        old,
        write.known.filter((field) => !changed.includes(field) || write.knowsBefore),
      )
      return { rows: rows.map((one) => (one === old ? row : one)), event: event('update', before, row, changed) }
    }
    case 'updateMany': {
      const hit = matches(write.field, write.value)
      const before = { [write.field]: write.value }
      const changed = Object.keys(write.set)
      return {
        rows: rows.map((row) => (hit(row) ? { ...row, ...write.set } : row)),
        event: event('update', before, { ...before, ...write.set }, changed),
      }
    }
    case 'deleteMany': {
      const hit = matches(write.field, write.value)
      return { rows: rows.filter((row) => !hit(row)), event: event('delete', { [write.field]: write.value }, {}) }
    }
  }
}

function soundness(touch: typeof touchedTags) {
  const start = fc.uniqueArray(row, { selector: (row) => row.id, maxLength: 6 })
  const writes = fc.array(write, { minLength: 1, maxLength: 30 })
  return fc.property(start, queries, writes, (start, queries, writes) =>
    isSound(touch, { start, queries, steps: writes.map((one) => [one]) }),
  )
}

/** The same of writes that each reach more rows than are told apart; the rows have little of their own, and so much in common. */
function soundnessOfMany(touch: typeof touchedTags) {
  const own = fc.array(row, { minLength: 1, maxLength: 3 })
  const about = fc.record({ set, known: some(['id', ...names]), knowsBefore: fc.boolean() })
  return fc.property(own, about, queries, (own, { set, known, knowsBefore }, queries) => {
    const creates = times(rowsMax + 1, (id): Write => {
      return { kind: 'create', row: { ...own[id % own.length]!, id }, known }
    })
    const updates = creates.map((_, at): Write => ({ kind: 'update', at, set, known, knowsBefore }))
    const deletes = creates.map((): Write => ({ kind: 'delete', at: 0 }))
    return isSound(touch, { start: [], queries, steps: [creates, updates, deletes] })
  })
}

const queries = fc.array(query, { minLength: 1, maxLength: 10 })

interface Trial {
  readonly start: readonly Row[]
  readonly queries: readonly Query[]
  /** What is written between two looks at the answers. */
  readonly steps: readonly (readonly Write[])[]
}

function isSound(touch: typeof touchedTags, { start, queries, steps }: Trial): boolean {
  const shapes = new Map([['M', queries.flatMap(shapesOf)]])
  let rows = start
  for (const writes of steps) {
    let after = rows
    const events: RowEvent[] = []
    for (const write of writes) {
      const done = apply(write, after)
      if (!done) continue
      after = done.rows
      events.push(done.event)
    }
    const tags = new Set(touch(events, shapes).map((tag) => JSON.stringify(tag)))
    for (const query of queries) {
      const isTouched = tagsOf(query, rows).some((tag) => tags.has(JSON.stringify(tag)))
      if (!isTouched && answer(query, after) !== answer(query, rows)) return false
    }
    rows = after
  }
  return true
}

describe('the table of events and tags', () => {
  it('touches a tag of every query whose answer changes', () => {
    fc.assert(soundness(touchedTags), { numRuns: 500 })
  })

  it('touches a tag of every query whose answer changes by a write of many rows', () => {
    fc.assert(soundnessOfMany(touchedTags), { numRuns: 200 })
  })

  type Touch = typeof touchedTags
  const changingShapes =
    (change: (shape: Shape) => Shape): Touch =>
    (events, shapes) =>
      touchedTags(events, new Map([...shapes].map(([model, all]) => [model, all.map(change)])))
  const changingEvents =
    (change: (event: RowEvent) => RowEvent): Touch =>
    (events, shapes) =>
      touchedTags(events.map(change), shapes)
  const isOfRow = (tag: Tag) => tag.kind === 'values' && tag.shape.startsWith('id|')
  const without =
    (kind: Tag['kind']): Touch =>
    (events, shapes) =>
      touchedTags(events, shapes).filter((tag) => tag.kind !== kind)

  it.each<[string, Touch]>([
    ['the values before count as those after', changingEvents((one) => ({ ...one, before: one.after }))],
    ['the values after count as those before', changingEvents((one) => ({ ...one, after: one.before }))],
    ['values are left out', without('values')],
    ['rows that are shown are left out', (...given) => touchedTags(...given).filter((tag) => !isOfRow(tag))],
    ['shapes are left out', without('shape')],
    ['updates look at columns only of what is pinned', changingShapes((one) => ({ ...one, columns: [] }))],
    [
      'an update looks only at what is not pinned',
      (events, shapes) =>
        touchedTags(
          events,
          new Map(
            [...shapes].map(([model, all]) => [
              model,
              all.filter(({ columns }) => columns === 'all' || columns.some((one) => events[0]?.changed.includes(one))),
            ]),
          ),
        ),
    ],
  ])('is unsound when %s', (_, wrong) => {
    expect(fc.check(soundness(wrong), { numRuns: 1000 }).failed).toBe(true)
  })

  it('is unsound when one of many rows speaks for all of them', () => {
    const first: Touch = (events, shapes) => touchedTags(events.slice(0, 1), shapes)
    expect(fc.check(soundnessOfMany(first), { numRuns: 1000 }).failed).toBe(true)
  })
})
