import fc from 'fast-check'
import type { DataModel, Field, Model } from '../../../src/analysis/data-model.ts'
import { type Args, drawValue, entry, isOrdered, isText, objectOf } from './values.ts'

/** Arguments of reads over a schema, at random. Every construct of Prisma's that has a meaning for the fields at hand. */
export interface ReadArgs {
  where(model: Model, depth?: number): fc.Arbitrary<Args>
  /** A whole unique key, and sometimes more that must hold. */
  uniqueWhere(model: Model): fc.Arbitrary<Args>
  /** `select`, `include` and `omit`, or none of them. */
  selection(model: Model, depth?: number): fc.Arbitrary<Args>
  /** The arguments of a list: filter, order, page, selection. The order is total wherever it decides which rows are shown. */
  list(model: Model, depth?: number): fc.Arbitrary<Args>
  /** The first few whose text begins so; `null` for a model without text. */
  search(model: Model): fc.Arbitrary<Args> | null
  aggregate(model: Model): fc.Arbitrary<Args>
  count(model: Model): fc.Arbitrary<Args>
  groupBy(model: Model): fc.Arbitrary<Args>
}

/** What not every database knows. */
export interface Features {
  /** `mode: 'insensitive'` */
  readonly insensitive: boolean
  /** `skipDuplicates` */
  readonly skipDuplicates: boolean
  /** `createManyAndReturn` and `updateManyAndReturn` */
  readonly returning: boolean
  /**
   * A default beside a value of the same column in one statement. Without, `createMany` is a statement for each set of columns, and Prisma sends
   * these in no order.
   */
  readonly mixedRows: boolean
}

export const everyFeature: Features = { insensitive: true, skipDuplicates: true, returning: true, mixedRows: true }

export function readArgs(dataModel: DataModel, features: Features = everyFeature): ReadArgs {
  const scalarsOf = (model: Model) => model.scalars.filter((field) => !field.isHidden)
  const relationsOf = (model: Model) =>
    [...model.fields.values()].filter((field) => field.kind === 'relation' && !field.isHidden)
  const targetOf = (field: Field) => dataModel.models.get(field.relation!.model)!
  const memo = new Map<string, fc.Arbitrary<Args>>()
  const once = (name: string, model: Model, depth: number, make: () => fc.Arbitrary<Args>) => {
    const key = `${name} ${model.name} ${depth}`
    const made = memo.get(key) ?? make()
    memo.set(key, made)
    return made
  }

  function scalarFilter(field: Field): fc.Arbitrary<unknown> {
    const value = drawValue(field)
    if (field.isList) return fc.oneof(fc.record({ has: value }), fc.record({ isEmpty: fc.boolean() }))
    if (field.type === 'Json') return fc.oneof(fc.record({ equals: value }), fc.record({ not: value }))
    const filters: fc.Arbitrary<unknown>[] = [
      value,
      value,
      fc.record({ equals: value }),
      fc.record({ in: fc.array(value, { maxLength: 3 }) }),
      fc.record({ not: value }),
    ]
    if (!field.isRequired) filters.push(fc.constant(null), fc.constant({ not: null }))
    if (isOrdered(field)) filters.push(fc.record({ gt: value }), fc.record({ lte: value, not: value }))
    if (isText(field)) {
      // Two of them are patterns.
      const begin = fc.constantFrom('a', 'ab', 'b', '_b', 'a%')
      filters.push(fc.record({ contains: value }))
      if (features.insensitive) {
        filters.push(
          fc.record({ equals: value, mode: fc.constant('insensitive') }),
          fc.record({ startsWith: begin, mode: fc.constant('default') }),
          fc.record({ startsWith: fc.constantFrom('a', 'ab'), mode: fc.constant('insensitive') }),
        )
      } else filters.push(fc.record({ startsWith: begin }))
    }
    return fc.oneof(...filters)
  }

  function relationFilter(field: Field, depth: number): fc.Arbitrary<unknown> {
    const inner = args.where(targetOf(field), depth - 1)
    if (field.isList) return fc.oneof(...['some', 'every', 'none'].map((word) => fc.record({ [word]: inner })))
    const filters = [inner, fc.record({ is: inner }), fc.record({ isNot: inner })]
    if (!field.isRequired) filters.push(fc.constant(null) as never, fc.constant({ isNot: null }))
    return fc.oneof(...filters)
  }

  /** Ends with the id, so that it is total. */
  function orderBy(model: Model): fc.Arbitrary<readonly Args[]> {
    const direction = fc.constantFrom('asc', 'desc')
    const entries: fc.Arbitrary<Args>[] = scalarsOf(model)
      .filter((field) => !field.isList && field.type !== 'Json')
      .map((field) => fc.record({ [field.name]: direction }))
    for (const field of relationsOf(model)) {
      if (field.isList) entries.push(fc.record({ [field.name]: fc.record({ _count: direction }) }))
      else {
        const [name] = scalarsOf(targetOf(field))
          .filter(isOrdered)
          .map((one) => one.name)
          .slice(-1)
        if (name) entries.push(fc.record({ [field.name]: fc.record({ [name]: direction }) }))
      }
    }
    const key = (model.uniques[0]?.fields ?? []).map((name) => ({ [name]: 'asc' }))
    return fc.array(fc.oneof(...entries), { maxLength: 2 }).map((orders) => [...orders, ...key])
  }

  function keyOf(model: Model): fc.Arbitrary<Args> {
    const keys = model.uniques.map(({ name, fields }) => {
      const values = fc.record(Object.fromEntries(fields.map((one) => [one, drawValue(model.fields.get(one)!)])))
      return fields.length === 1 && fields[0] === name ? values : fc.record({ [name]: values })
    })
    return fc.oneof(...keys) as fc.Arbitrary<Args>
  }

  function node(field: Field, depth: number): fc.Arbitrary<unknown> {
    const target = targetOf(field)
    return fc.oneof(fc.constant(true), field.isList ? args.list(target, depth - 1) : args.selection(target, depth - 1))
  }

  function counts(model: Model): fc.Arbitrary<unknown> {
    const lists = relationsOf(model).filter((field) => field.isList)
    const one = (field: Field) =>
      entry(field.name, fc.oneof(fc.constant(true), fc.record({ where: args.where(targetOf(field), 0) })))
    const some = objectOf(lists.map(one), 2).map((select) =>
      Object.keys(select).length > 0 ? { select } : { select: { [lists[0]!.name]: true } },
    )
    return fc.oneof(fc.constant(true), some)
  }

  const args: ReadArgs = {
    where: (model, depth = 1) =>
      once('where', model, depth, () => {
        const entries = scalarsOf(model).map((field) => entry(field.name, scalarFilter(field)))
        if (depth > 0) {
          for (const field of relationsOf(model)) entries.push(entry(field.name, relationFilter(field, depth)))
          const inner = args.where(model, depth - 1)
          const few = fc.array(inner, { minLength: 0, maxLength: 2 })
          entries.push(entry('AND', few), entry('OR', few), entry('NOT', fc.oneof(inner, few)))
        }
        return objectOf(entries, 2)
      }),

    uniqueWhere: (model) =>
      fc.oneof(
        { weight: 4, arbitrary: keyOf(model) },
        {
          weight: 1,
          arbitrary: fc
            .tuple(args.where(model, 0), keyOf(model))
            .map(([more, key]) => ({ ...without(more, singleKeys(model)), ...key })),
        },
      ),

    selection: (model, depth = 2) =>
      once('selection', model, depth, () => {
        const scalars = scalarsOf(model)
        const flags = scalars.map((field) => entry(field.name, fc.constant(true)))
        const related: fc.Arbitrary<readonly [string, unknown]>[] = []
        if (depth > 0) {
          for (const field of relationsOf(model)) related.push(entry(field.name, node(field, depth)))
          if (relationsOf(model).some((field) => field.isList)) related.push(entry('_count', counts(model)))
        }
        const first = { [scalars[0]!.name]: true }
        const select = objectOf([...flags, ...related, ...related], 4).map((found) => ({
          select: Object.values(found).some((value) => value !== false) ? found : first,
        }))
        // Not all of them: at least one field has to be left.
        const omit = objectOf(flags.slice(1), 2).map((found) => ({ omit: found }))
        const include = related.length > 0 ? objectOf(related, 2).map((found) => ({ include: found })) : fc.constant({})
        return fc.oneof(fc.constant({}), select, select, omit, include, include) as fc.Arbitrary<Args>
      }),

    list: (model, depth = 2) =>
      once('list', model, depth, () =>
        fc
          .record(
            {
              where: args.where(model, Math.min(depth, 1)),
              orderBy: orderBy(model),
              take: fc.constantFrom(1, 2, -2),
              skip: fc.constantFrom(0, 1),
              cursor: keyOf(model),
              distinct: fc.subarray(
                scalarsOf(model)
                  .filter((field) => !field.isList && field.type !== 'Json')
                  .map((field) => field.name),
                { minLength: 1, maxLength: 2 },
              ),
              shown: args.selection(model, depth),
              order: orderBy(model),
            },
            { requiredKeys: ['shown', 'order'] },
          )
          .map(({ shown, order, distinct, cursor, ...list }) => {
            const rare = {
              ...(distinct?.length === 2 ? { distinct } : {}),
              ...(list.take === 1 && cursor ? { cursor } : {}),
            }
            const cuts = list.take !== undefined || list.skip !== undefined || Object.keys(rare).length > 0
            return { ...list, ...rare, ...shown, ...(cuts ? { orderBy: list.orderBy ?? order } : {}) }
          }),
      ),

    search(model) {
      const texts = scalarsOf(model).filter((field) => isText(field) && !field.isList)
      if (texts.length === 0) return null
      const begins = (field: Field) => fc.record({ [field.name]: fc.record({ startsWith: fc.constantFrom('a', 'b') }) })
      return fc
        .record({
          where: fc.oneof(...texts.map(begins)),
          also: fc.option(args.where(model, 0)),
          orderBy: orderBy(model),
          take: fc.constantFrom(1, 2, -2),
          shown: args.selection(model, 1),
        })
        .map(({ where, also, shown, ...list }) => ({ where: also ? { AND: [where, also] } : where, ...list, ...shown }))
    },

    count: (model) =>
      fc
        .tuple(
          args.list(model, 0),
          fc.option(
            fc.subarray(
              scalarsOf(model).map((field) => field.name),
              { minLength: 1 },
            ),
          ),
        )
        .map(([{ where, orderBy, take, skip }, names]) =>
          defined({ where, orderBy, take, skip, select: names ? { _all: true, ...flagsOf(names) } : undefined }),
        ),

    aggregate: (model) => {
      const numbers = scalarsOf(model).filter(
        (field) => ['Int', 'Decimal', 'BigInt'].includes(field.type) && !field.isList,
      )
      const names = numbers.map((field) => field.name)
      return fc
        .tuple(
          args.list(model, 0),
          fc.subarray(names),
          fc.subarray(names),
          fc.subarray(['_min', '_max', '_avg', '_sum']),
        )
        .map(([{ where, orderBy, take, skip }, some, others, kinds]) => {
          const fields = some.length > 0 ? Object.fromEntries(kinds.map((kind) => [kind, flagsOf(some)])) : {}
          const _count = others.length > 0 ? { _all: true, ...flagsOf(others) } : true
          return defined({ where, orderBy, take, skip, ...fields, _count })
        })
    },

    groupBy: (model) => {
      const keys = scalarsOf(model).filter((field) => !field.isList && field.type !== 'Json')
      const sums = keys.filter((field) => field.type === 'Int').map((field) => field.name)
      return fc
        .tuple(
          args.where(model, 1),
          fc.subarray(
            keys.map((field) => field.name),
            { minLength: 1, maxLength: 2 },
          ),
          fc.subarray(sums),
        )
        .map(([where, by, sum]) => {
          const having = sum[0] ? { having: { [sum[0]]: { _avg: { gt: 1 } } } } : {}
          const added = sum.length > 0 ? { _sum: flagsOf(sum) } : {}
          return { where, by, orderBy: by.map((name) => ({ [name]: 'asc' })), _count: true, ...added, ...having }
        })
    },
  }
  return args
}

/** The fields that are a unique key by themselves: beside a key they take no filters. */
function singleKeys(model: Model): ReadonlySet<string> {
  return new Set(model.uniques.flatMap(({ fields }) => (fields.length === 1 ? fields : [])))
}

function without(args: Args, names: ReadonlySet<string>): Args {
  return Object.fromEntries(Object.entries(args).filter(([name]) => !names.has(name)))
}

function flagsOf(names: readonly string[]): Args {
  return Object.fromEntries(names.map((name) => [name, true]))
}

function defined(args: Args): Args {
  return Object.fromEntries(Object.entries(args).filter(([, value]) => value !== undefined))
}
