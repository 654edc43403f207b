import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isPinnable } from '../../../../src/analysis/equality/pin.ts'
import type { Node } from '../../../../src/analysis/reads/node.ts'
import { plainView } from '../../../../src/analysis/reads/rows.ts'
import { presenceOf, widen } from '../../../../src/analysis/reads/widening.ts'
import type { UniqueLookup } from '../../../../src/analysis/unique-lookup.ts'
import { analyseWrite, type WriteOptions } from '../../../../src/analysis/writes/analyse-write.ts'
import { compileWrite } from '../../../../src/analysis/writes/compiled-write.ts'
import { parametrizedWrite } from '../../../../src/analysis/writes/parametrized-write.ts'
import type { ReturnedRow } from '../../../../src/analysis/writes/returned-rows.ts'
import type { RowEvent } from '../../../../src/analysis/writes/row-event.ts'
import { Touches } from '../../../../src/analysis/writes/touch.ts'
import { touchedTags } from '../../../../src/analysis/writes/touched.ts'
import { tagId } from '../../../../src/core/stamp-tags.ts'
import { makeShape, prefixField, type Shape } from '../../../../src/core/tags.ts'
import { createWriteMemo } from '../../../../src/prisma/write-memo.ts'
import { readArgs } from '../../../integration/differential/read-args.ts'
import { clientModels, dataModel } from '../../../integration/differential/schema.ts'
import { drawValue } from '../../../integration/differential/values.ts'
import { writeCalls } from '../../../integration/differential/write-args.ts'
import { blog, modelOf } from '../schemas.ts'
import { events, lineOf, plainOptions } from './event-lines.ts'

const user = blog.models.get('User')!
const parametrized = (operation: string, args: unknown, model = user) =>
  parametrizedWrite(blog, model, { operation, args })
const kindOf = (operation: string, args: unknown) => parametrized(operation, args)?.kind

describe('writes are of one kind', () => {
  it.each([
    ['update', { where: { id: 1 }, data: { name: 'a' } }, { where: { id: 2 }, data: { name: 'b' } }],
    ['update', { where: { id: 1 }, data: { name: 'a' } }, { where: { id: 1 }, data: { name: { set: 'a' } } }],
    [
      'update',
      { where: { id: 1 }, data: { orgId: { increment: 1 } } },
      { where: { id: 1 }, data: { orgId: { divide: 2 } } },
    ],
    ['create', { data: { email: 'a' } }, { data: { email: 'b', name: undefined }, select: undefined }],
    [
      'delete',
      { where: { slug_role: { slug: 'a', role: 'USER' } } },
      { where: { slug_role: { slug: 'b', role: 'ADMIN' } } },
    ],
    ['delete', { where: { id: 1 }, select: { id: true } }, { where: { id: 2 }, select: { id: true } }],
  ])('%s %j and %j', (operation, one, other) => {
    expect(kindOf(operation, one)).toBeTypeOf('string')
    expect(kindOf(operation, other)).toBe(kindOf(operation, one))
  })

  it.each([
    ['update', { where: { id: 1 }, data: { name: 'a' } }, { where: { id: 1 }, data: { name: null } }],
    ['update', { where: { id: 1 }, data: { name: 'a' } }, { where: { id: 1 }, data: { name: 'a\0' } }],
    ['update', { where: { id: 1 }, data: { name: 'a' } }, { where: { id: 1 }, data: { slug: 'a' } }],
    ['update', { where: { id: 1 }, data: { name: 'a' } }, { where: { id: 1, name: 'a' }, data: {} }],
    ['update', { where: { id: 1 }, data: { orgId: 1 } }, { where: { id: 1 }, data: { orgId: { increment: 1 } } }],
    ['create', { data: { email: 'a' } }, { data: { email: 'a' }, select: { id: true } }],
    ['create', { data: {}, select: { id: true } }, { data: {}, select: { id: false } }],
    ['create', { data: {}, omit: { id: true } }, { data: {}, omit: { id: undefined } }],
    ['create', { data: {}, omit: { id: true } }, { data: {}, select: { id: true } }],
  ])('but not %s %j and %j', (operation, one, other) => {
    expect(kindOf(operation, one)).toBeTypeOf('string')
    expect(kindOf(operation, other)).toBeTypeOf('string')
    expect(kindOf(operation, other)).not.toBe(kindOf(operation, one))
  })
})

class Where {
  id = 1
}

it.each([
  ['upsert', { where: { id: 1 }, create: { email: 'a', boss: {} }, update: {} }],
  ['updateMany', { where: { id: 1 }, data: {}, limit: 1 }],
  ['createMany', { data: { email: 'a' } }],
  ['update', { where: { id: { equals: 1 } }, data: {} }],
  ['update', { where: { id: '1' }, data: {} }],
  ['update', { where: { id: 1, AND: { name: 'x' } }, data: {} }],
  ['update', { where: { id: 1, posts: { some: {} } }, data: {} }],
  ['update', { where: new Where(), data: {} }],
  ['update', { where: { id: 1 }, data: { boss: { connect: { id: 1 } } } }],
  ['update', { where: { id: 1 }, data: { name: { set: undefined } } }],
  ['update', { where: { id: 1 }, data: { name: { set: 'a', increment: 1 } } }],
  ['update', { where: { id: 1 }, data: { name: { someday: 1 } } }],
  ['update', { where: { id: 1 }, data: { someday: 1 } }],
  ['create', { data: { email: 'a' }, include: { posts: true } }],
  ['create', { data: { email: 'a' }, select: { posts: true } }],
  ['create', { data: { email: 'a' }, select: { computed: true } }],
  ['create', { data: { email: 'a' }, someday: 1 }],
  ['create', { data: [{ email: 'a' }] }],
  ['create', undefined],
])('%s %j is analysed by itself', (operation, args) => {
  expect(parametrized(operation, args)).toBeNull()
})

it('the arguments of a kind hold nothing of the write that it was made of', () => {
  const given = { where: { id: 1 }, data: { email: 'secret', orgId: { increment: 77 } }, select: { id: true } }
  const { args, pins } = parametrized('update', given)!
  expect(pins).toEqual(['1', 'secret'])
  expect(JSON.stringify(args())).not.toMatch(/secret|77/)
})

/** Shapes of every sort that pin nothing, each column, pairs of them, and beginnings. */
function shapesOf(model: string): readonly Shape[] {
  const scalars = dataModel.models.get(model)!.scalars.filter((field) => isPinnable(dataModel, field))
  const columns = scalars.map(({ column }) => column)
  const pairs = columns
    .flatMap((one) => columns.slice(0, 3).map((other) => [one, other]))
    .filter(([one, other]) => one !== other)
  const pinned = [[], ...columns.map((one) => [one]), ...pairs, ...columns.map((one) => [prefixField(one, 1)])]
  return pinned.flatMap((fields) => [
    makeShape(fields, 'all'),
    makeShape(fields, []),
    makeShape(fields, 'all', { isPending: true }),
    makeShape(fields, 'all', { isEntering: true }),
  ])
}

function namesOf(lookups: readonly UniqueLookup[] | undefined): ReadonlySet<string> | undefined {
  return lookups && new Set(lookups.map(({ name, values: { values }, pins }) => [name, values, ...pins].join(' ')))
}

function shownRow({ row, lookups, events }: ReturnedRow) {
  return { row, lookups: namesOf(lookups), events: events.map(lineOf) }
}

/** Writes, each with a row that it may return: mostly what was given comes back. */
function writesWithRows() {
  const ofCall = (
    call: Parameters<typeof parametrizedWrite>[2] & { readonly model: string },
    row: fc.Arbitrary<object>,
  ) => fc.tuple(fc.constant(call), row)
  const rowOf = (
    name: string,
    args: { readonly data?: unknown; readonly where?: unknown; readonly update?: unknown },
  ) => {
    const model = dataModel.models.get(name)!
    const scalars = model.scalars.filter(({ isHidden }) => !isHidden)
    const drawn = fc.record(
      Object.fromEntries(scalars.map((field) => [field.name, fc.option(drawValue(field), { freq: 8 })])),
    )
    const given = Object.fromEntries(
      [args.where, args.data ?? args.update].flatMap((part) =>
        Object.entries(part ?? {}).flatMap(([key, value]) => {
          const set = typeof value === 'object' && value !== null && 'set' in value ? value.set : value
          return model.fields.get(key)?.kind === 'relation' || !model.fields.has(key) ? [] : [[key, set]]
        }),
      ),
    )
    return fc.tuple(drawn, fc.integer({ min: 0, max: 9 })).map(([row, n]) => (n === 0 ? row : { ...row, ...given }))
  }
  return writeCalls(dataModel, readArgs(dataModel), clientModels).chain((call) =>
    ofCall(call, rowOf(call.model, call.args)),
  )
}

it('tells of any write what its own analysis tells, and touches no less', () => {
  const shapes = new Map([...dataModel.models.keys()].map((name) => [name, shapesOf(name)]))
  const touches = new Touches()
  const compiled = new Map<string, ReturnType<typeof compileWrite>>()
  let bound = 0
  let same = 0
  const settings = fc.record({
    mayWiden: fc.boolean(),
    isUnpacked: fc.constantFrom(false, false, true),
    isStored: fc.boolean(),
  })
  fc.assert(
    fc.property(writesWithRows(), settings, ([call, row], { isStored, ...flags }) => {
      const model = dataModel.models.get(call.model)!
      const taken = parametrizedWrite(dataModel, model, call)
      if (!taken) return
      const stored = isStored ? model.scalars.filter(({ isHidden }) => !isHidden).map(({ name }) => name) : undefined
      const options: WriteOptions = { client: plainView, declared: new Map(), stored, ...flags }
      const kind = `${JSON.stringify(flags)} ${isStored} ${taken.kind}`
      const known = compiled.get(kind) ?? compileWrite(dataModel, call, taken, { ...options, touches })
      compiled.set(kind, known)
      const [plain, memoized] = [
        analyseWrite(dataModel, call as never, options),
        known.of(call.args as never, taken.pins),
      ]
      expect(memoized.models).toEqual(plain.models)
      expect(memoized.widenings).toEqual(plain.widenings)
      expect(namesOf(memoized.storing?.lookups)).toEqual(namesOf(plain.storing?.lookups))
      const node = widen(call.args, plain.widenings) as Node
      const isShown = (name: string) => presenceOf(plainView, model, node, name) === 'present'
      for (const result of [undefined, Object.fromEntries(Object.entries(row).filter(([name]) => isShown(name)))]) {
        const [{ events: expected, rows }, { events: found, rows: foundRows }] = [
          plain.outcome(result),
          memoized.outcome(result),
        ]
        expect(foundRows.map(shownRow)).toEqual(rows.map(shownRow))
        expect(new Set(found.map(lineOf))).toEqual(new Set(expected.map(lineOf)))
        const [few, all] = [expected, found].map((events) => new Set(touchedTags(events, shapes).map(tagId)))
        expect([...few!].filter((id) => !all!.has(id))).toEqual([])
        if (all!.size === few!.size) same += 1
        bound += 1
      }
    }),
    { numRuns: 600 },
  )
  expect(bound).toBeGreaterThan(200)
  expect(same / bound).toBeGreaterThan(0.9)
  expect(compiled.size).toBeLessThan(bound / 2)
}, 30_000)

it('what a write is foreseen to touch is what it touches, where its arguments tell', () => {
  let [told, others] = [0, 0]
  fc.assert(
    fc.property(writesWithRows(), fc.infiniteStream(fc.nat()), ([call, row], numbers) => {
      const taken = parametrizedWrite(dataModel, dataModel.models.get(call.model)!, call)
      if (!taken) return
      const options = { ...plainOptions, touches: new Touches() }
      const write = compileWrite(dataModel, call, taken, options).of(call.args as never, taken.pins)
      const foreseen = write.foreseen?.()
      const few = (all: readonly Shape[]) => all[numbers.next().value! % all.length]!
      const shapes = new Map([...dataModel.models.keys()].map((name) => [name, [few(shapesOf(name))]]))
      const idsOf = (events: readonly RowEvent[]) => new Set(touchedTags(events, shapes).map(tagId))
      const [expected, { events, isAsForeseen = false }] = [foreseen && idsOf(foreseen.events), write.outcome(row)]
      if (!expected || !foreseen?.isToldByArgs() || !isAsForeseen) {
        others += 1
        return
      }
      told += 1
      expect(idsOf(events)).toEqual(expected)
    }),
    { numRuns: 1500 },
  )
  expect(told).toBeGreaterThan(100)
  expect(others).toBeGreaterThan(100)
}, 30_000)

it('what only the row tells is not foreseen, of this write and of those like it', () => {
  const write = { model: 'Post', operation: 'update', args: { where: { id: 1 }, data: { title: 'a' } } }
  const known = compileWrite(blog, write, parametrizedWrite(blog, blog.models.get('Post')!, write)!, {
    ...plainOptions,
    touches: new Touches(),
  })
  const of = () => known.of(write.args, ['1', 'a'])
  const told = of().foreseen!()!
  touchedTags(told.events, new Map([['Post', [makeShape(['id'], 'all')]]]))
  expect(told.isToldByArgs()).toBe(true)
  const later = of().foreseen!()!
  touchedTags(later.events, new Map([['Post', [makeShape(['author_id'], 'all')]]]))
  expect(later.isToldByArgs()).toBe(false)
  expect(of().foreseen!()).toBeNull()
})

it('a value that is returned as another one is not taken for certain', () => {
  const write = { model: 'Tag', operation: 'update', args: { where: { id: 1 }, data: { label: 'a' } } }
  const known = compileWrite(blog, write, parametrizedWrite(blog, blog.models.get('Tag')!, write)!, {
    ...plainOptions,
    touches: new Touches(),
  })
  const linesOf = (label: string, result: object) =>
    known
      .of({ where: { id: 1 }, data: { label } }, ['1', label])
      .outcome(result)
      .events.map(lineOf)
  expect(linesOf('b', { id: 1, label: 'b' })).toEqual(['update Tag label where id=1 is label=b'])
  expect(linesOf('b', { id: 1, label: '***' })).toEqual(['update Tag label where id=1'])
})

it('what follows from a key does not follow from NULL', () => {
  const nullable = modelOf(`
model Parent {
  id   Int     @id
  code String? @unique
  kids Kid[]
}
model Kid {
  id     Int     @id
  code   String?
  parent Parent? @relation(fields: [code], references: [code], onDelete: SetNull)
}`)
  const write = { model: 'Parent', operation: 'delete', args: { where: { id: 1 } } }
  const known = compileWrite(nullable, write, parametrizedWrite(nullable, nullable.models.get('Parent')!, write)!, {
    ...plainOptions,
    touches: new Touches(),
  })
  const linesOf = (code: string | null) => known.of(write.args, ['1']).outcome({ id: 1, code }).events.map(lineOf)
  expect(linesOf('c')).toEqual(['delete Parent with code=c,id=1', 'update Kid code was code=c is code=null'])
  expect(linesOf(null)).toEqual(['delete Parent with code=null,id=1', 'update Kid code is code=null'])
})

it('what follows is told apart only when the row is known', () => {
  const tree = modelOf(
    `
model Node {
  id     Int    @id
  num    Int    @unique
  org    Int?
  code   Int?
  above  Int?
  parent Node?  @relation("Tree", fields: [org, above], references: [org, code], onDelete: Cascade, onUpdate: Cascade)
  kids   Node[] @relation("Tree")

  @@unique([org, code])
}`,
    { provider: 'mysql' },
  )
  const data = { org: { increment: 1 }, above: { increment: 1 } }
  const result = { id: 1, num: 1, org: null, code: 5, above: 2 }
  // Compares both analyses.
  expect(events('Node', 'update', { where: { num: 1 }, data }, { dataModel: tree, result })).toHaveLength(3)
})

it('what kinds touch is found once, and forgotten together when there is too much of it', () => {
  const touches = new Touches()
  const shape = makeShape(['id'], 'all')
  let found = 0
  const find = (pattern: object) =>
    touches.of(pattern, shape, () => {
      found += 1
      return null
    })
  const patterns = Array.from({ length: 20_000 }, () => ({}))
  for (let i = 0; i < 2; i += 1) for (const pattern of patterns) find(pattern)
  expect(found).toBe(20_000)
  find({})
  find(patterns[0]!)
  expect(found).toBe(20_002)
})

it('what was returned counts as it was, whatever its owner makes of it', () => {
  const model = modelOf(`
model Log {
  id  Int      @id
  at  DateTime
  raw Bytes
  sum Decimal
  tag String
}`)
  const write = { model: 'Log', operation: 'delete', args: { where: { id: 1 } } }
  const memo = createWriteMemo(model)
  const result: Record<string, unknown> = {
    ...{ id: 1, at: new Date(0), raw: new Uint8Array([1]), tag: 'a' },
    sum: { d: [5], toFixed: () => '5' },
  }
  const { events } = memo.analyse(write, { ...plainOptions, clientFingerprint: '' }).outcome(result)
  const { at, raw, sum } = result as { at: Date; raw: Uint8Array; sum: { toFixed: () => string } }
  at.setTime(1)
  raw[0] = 2
  sum.toFixed = () => '6'
  for (const name in result) delete result[name]
  expect(events.map(lineOf)).toEqual(['delete Log with at=1970-01-01T00:00:00.000Z,id=1,raw=AQ==,sum=5,tag=a'])
})
