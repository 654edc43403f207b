import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Parameter } from '../../../../src/analysis/equality/parameter.ts'
import { parametrized } from '../../../../src/analysis/reads/parametrized.ts'
import { readArgs } from '../../../integration/differential/read-args.ts'
import { clientModels, dataModel } from '../../../integration/differential/schema.ts'
import { blog, modelOf } from '../schemas.ts'
import { analysed } from './explained.ts'

const user = blog.models.get('User')!
const pinsOf = (args: unknown, model = user) => parametrized(blog, model, args).pins

describe('a value becomes a parameter', () => {
  it.each([
    [{ where: { id: 1 } }, ['1']],
    [{ where: { role: 'USER', name: 'x' } }, ['x', 'USER']],
    [{ where: { AND: [{ orgId: 1 }, { name: 'x' }] } }, ['1', 'x']],
    [{ where: { AND: { AND: { orgId: 1 } } } }, ['1']],
    [{ where: { slug_role: { slug: 's', role: 'USER' } } }, ['USER', 's']],
    [{ cursor: { id: 5 }, where: { name: 'x' }, take: 3 }, ['5', 'x']],
    [{ include: { posts: { where: { authorId: 2 } } } }, ['2']],
    [{ select: { posts: { select: { author: { include: { posts: { where: { id: 3 } } } } } } } }, ['3']],
  ])('in %j', (args, pins) => {
    expect(pinsOf(args)).toEqual(pins)
  })

  it.each([
    [{ where: { NOT: { id: 1 } } }],
    [{ where: { OR: [{ id: 1 }] } }],
    [{ where: { id: { equals: 1 } } }],
    [{ where: { id: { in: [1] } } }],
    [{ where: { posts: { some: { id: 1 } } } }],
    [{ where: { id: null } }],
    [{ where: { id: '1' } }],
    [{ where: { role: 'NOBODY' } }],
    [{ where: { name: 'a\0' } }],
    [{ where: { someday: 1 } }],
    [{ take: 5, skip: 1, orderBy: { id: 'asc' } }],
    [undefined],
    [null],
  ])('but not in %j', (args) => {
    const { args: left, pins } = parametrized(blog, user, args)
    expect(pins).toEqual([])
    expect(left).toBe(args)
  })

  it('but not in what is no plain object', () => {
    class Where {
      id = 1
    }
    expect(pinsOf({ where: new Where() })).toEqual([])
  })

  it('and the arguments that were given stay as they are', () => {
    const args = { where: { id: 1, AND: [{ name: 'x' }] } }
    const { args: left } = parametrized(blog, user, args)
    expect(args).toEqual({ where: { id: 1, AND: [{ name: 'x' }] } })
    expect((left as typeof args).where.id).toBeInstanceOf(Parameter)
  })

  it('of any type that pins', () => {
    const types = modelOf(`
model All {
  id   BigInt @id
  at   DateTime
  sum  Decimal
  raw  Bytes
  is   Boolean
  real Float
}`)
    const where = { id: 1n, at: new Date(0), sum: '1.50', raw: new Uint8Array([1]), is: true, real: 1.5 }
    const { pins } = parametrized(types, types.models.get('All')!, { where })
    expect(pins).toEqual(['1970-01-01T00:00:00.000Z', '1', 'true', 'AQ==', '1.5'])
  })
})

it('numbers parameters by the names of the keys, not by their order', () => {
  const one = parametrized(blog, user, { where: { name: 'x', orgId: 1 }, cursor: { id: 2 } })
  const other = parametrized(blog, user, { cursor: { id: 2 }, where: { orgId: 1, name: 'x' } })
  expect(other).toEqual(one)
})

it('tells what arguments with equal values in two places depend on', () => {
  const both = { include: { posts: { where: { OR: [{ id: 1 }, { id: 1 }], AND: [{ title: 't' }, { title: 't' }] } } } }
  expect(analysed(blog, { model: 'User', operation: 'findMany', args: both })).toMatchObject({ kind: 'known' })
})

it('changes nothing of what reads depend on', () => {
  const args = readArgs(dataModel)
  const kinds = {
    findUnique: (model) =>
      merged(
        args.uniqueWhere(model).map((where) => ({ where })),
        args.selection(model),
      ),
    findMany: args.list,
    findFirst: args.list,
    aggregate: args.aggregate,
    count: args.count,
    groupBy: args.groupBy,
  } satisfies Record<string, (model: (typeof clientModels)[number]) => fc.Arbitrary<object>>
  let parameters = 0
  const calls = fc
    .constantFrom(...clientModels)
    .chain((model) =>
      fc.oneof(
        ...Object.entries(kinds).map(([operation, draw]) => draw(model).map((args) => ({ model, operation, args }))),
      ),
    )
  fc.assert(
    fc.property(calls, ({ model, operation, args }) => {
      parameters += parametrized(dataModel, model, args).pins.length
      analysed(dataModel, { model: model.name, operation, args })
    }),
    { numRuns: 2000 },
  )
  expect(parameters).toBeGreaterThan(300)
})

function merged(...parts: readonly fc.Arbitrary<object>[]): fc.Arbitrary<object> {
  return fc.tuple(...parts).map((all) => Object.assign({}, ...all) as object)
}
