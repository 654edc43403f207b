import fc from 'fast-check'
import { type DataModel, type Field, type Model, oppositeOf } from '../../../src/analysis/data-model.ts'
import { everyFeature, type Features, type ReadArgs } from './read-args.ts'
import { type Args, drawValue, entry, objectOf } from './values.ts'

/** One call that writes. */
export interface WriteCall {
  readonly model: string
  readonly operation: string
  readonly args: Args
}

/** Writes over a schema, at random: every operation, with nested ones of every kind. Many fail, as they do on a plain client. */
export function writeCalls(
  dataModel: DataModel,
  reads: ReadArgs,
  models: readonly Model[],
  features: Features = everyFeature,
): fc.Arbitrary<WriteCall> {
  const manyRows = (rows: fc.Arbitrary<readonly Args[]>): fc.Arbitrary<Args> => {
    const data = features.mixedRows ? rows : rows.map(withSameKeys)
    return features.skipDuplicates ? fc.record({ data, skipDuplicates: fc.boolean() }) : fc.record({ data })
  }
  const memo = new Map<string, fc.Arbitrary<Args>>()
  const once = (key: string, make: () => fc.Arbitrary<Args>) => {
    const made = memo.get(key) ?? make()
    memo.set(key, made)
    return made
  }
  const targetOf = (field: Field) => dataModel.models.get(field.relation!.model)!
  const relationsOf = (model: Model) =>
    [...model.fields.values()].filter((field) => field.kind === 'relation' && !field.isHidden)
  const isOwner = (field: Field) => field.relation!.fromFields.length > 0
  const foreignKeys = (model: Model) => new Set(relationsOf(model).flatMap((field) => field.relation!.fromFields))

  function scalarInput(field: Field): fc.Arbitrary<unknown> {
    const value = drawValue(field)
    if (field.isList) return fc.array(value, { maxLength: 2 })
    return field.isRequired || field.type === 'Json'
      ? value
      : fc.oneof({ weight: 3, arbitrary: value }, fc.constant(null))
  }

  function isGenerated(field: Field): boolean {
    return (
      field.isUpdatedAt ||
      field.isList ||
      !field.isRequired ||
      field.literalDefault !== undefined ||
      hasDefault.has(field.name)
    )
  }
  // The data model does not tell of defaults that are functions: the autoincrement ids and times of the test's schema.
  const hasDefault = new Set(['id', 'createdAt', 'joinedAt'])
  const needsId = new Set(['City', 'Device'])

  /**
   * Prisma takes either foreign keys or operations on the relations that hold them.
   *
   * @param from the relation that the row is nested in: it sets the key of this row.
   */
  function createData(model: Model, depth: number, from?: Field): fc.Arbitrary<Args> {
    return once(`create ${model.name} ${depth} ${from?.name}`, () => {
      const keys = foreignKeys(model)
      const set = new Set(from ? (oppositeOf(dataModel, from.relation!)?.relation?.fromFields ?? []) : [])
      const scalars = model.scalars.filter((field) => !field.isHidden && !set.has(field.name))
      const isNeeded = (field: Field) => !isGenerated(field) || (field.name === 'id' && needsId.has(model.name))
      const needed = (names: readonly Field[]) =>
        fc.record(Object.fromEntries(names.filter(isNeeded).map((field) => [field.name, scalarInput(field)])))
      const optional = (names: readonly Field[]) =>
        objectOf(
          names.filter((field) => !isNeeded(field)).map((field) => entry(field.name, scalarInput(field))),
          3,
        )
      const children = relationsOf(model).filter((field) => !isOwner(field) && field.relation!.opposite !== from?.name)
      const withKeys = fc
        .tuple(needed(scalars), optional(scalars), depth > 0 ? nested(children, depth, 'create') : fc.constant({}))
        .map((parts) => Object.assign({}, ...parts))
      if (depth === 0) return withKeys

      const plain = scalars.filter((field) => !keys.has(field.name))
      const owners = relationsOf(model).filter(
        (field) => isOwner(field) && !field.relation!.fromFields.some((name) => set.has(name)),
      )
      const required = owners.filter((field) => field.isRequired)
      const others = owners.filter((field) => !field.isRequired)
      const withRelations = fc
        .tuple(
          needed(plain),
          optional(plain.filter((field) => field.name !== 'id' || needsId.has(model.name))),
          fc.record(Object.fromEntries(required.map((field) => [field.name, parentInput(field, depth, 'create')]))),
          objectOf(
            others.map((field) => entry(field.name, parentInput(field, depth, 'create'))),
            1,
          ),
          nested(children, depth, 'create'),
        )
        .map((parts) => Object.assign({}, ...parts))
      return owners.length > 0 ? fc.oneof(withKeys, withRelations) : withKeys
    })
  }

  function updateData(model: Model, depth: number, from?: Field): fc.Arbitrary<Args> {
    return once(`update ${model.name} ${depth} ${from?.name}`, () => {
      const keys = foreignKeys(model)
      const scalars = model.scalars.filter((field) => !field.isHidden && !(from && keys.has(field.name)))
      const flat = objectOf(
        scalars.map((field) => entry(field.name, updateInput(field))),
        3,
      )
      if (depth === 0) return flat
      const plain = scalars.filter((field) => !keys.has(field.name) && !field.isUpdatedAt && field.name !== 'id')
      const owners = relationsOf(model).filter((field) => isOwner(field) && field.relation!.opposite !== from?.name)
      const children = relationsOf(model).filter((field) => !isOwner(field) && field.relation!.opposite !== from?.name)
      const deep = fc
        .tuple(
          objectOf(
            plain.map((field) => entry(field.name, updateInput(field))),
            1,
          ),
          objectOf(
            owners.map((field) => entry(field.name, parentInput(field, depth, 'update'))),
            1,
          ),
          nested(children, depth, 'update'),
        )
        .map((parts) => Object.assign({}, ...parts))
      return fc.oneof(flat, deep)
    })
  }

  function updateInput(field: Field): fc.Arbitrary<unknown> {
    const plain = scalarInput(field)
    if (field.isList) return fc.oneof(plain, fc.record({ push: drawValue(field) }))
    const inputs = [plain, plain]
    if (['Int', 'BigInt', 'Decimal', 'Float'].includes(field.type))
      inputs.push(fc.record({ increment: drawValue(field) }))
    if (field.type !== 'Json') inputs.push(fc.record({ set: plain }))
    return fc.oneof(...inputs)
  }

  /** Operations on relations whose key is on the other side, or in a join table. */
  function nested(fields: readonly Field[], depth: number, kind: 'create' | 'update'): fc.Arbitrary<Args> {
    return objectOf(
      fields.map((field) => entry(field.name, childInput(field, depth, kind))),
      2,
    )
  }

  function childInput(field: Field, depth: number, kind: 'create' | 'update'): fc.Arbitrary<Args> {
    const target = targetOf(field)
    const where = reads.uniqueWhere(target)
    const create = createData(target, depth - 1, field)
    const update = updateData(target, depth - 1, field)
    const many = <T>(one: fc.Arbitrary<T>) =>
      field.isList ? fc.oneof(one, fc.array(one, { minLength: 1, maxLength: 2 })) : one
    const operations: fc.Arbitrary<readonly [string, unknown]>[] = [
      entry('create', many(create)),
      entry('connect', many(where)),
      entry('connectOrCreate', many(fc.record({ where, create }))),
    ]
    if (field.isList && field.relation!.joinTable === null) {
      const flat = createData(target, 0, field)
      const data = fc.array(flat, { minLength: 1, maxLength: 2 })
      operations.push(entry('createMany', manyRows(data)))
    }
    if (kind === 'update' && field.isList) {
      const filter = reads.where(target, 0)
      const flat = updateData(target, 0, field)
      operations.push(
        entry('set', fc.array(where, { maxLength: 2 })),
        entry('disconnect', many(where)),
        entry('update', many(fc.record({ where, data: update }))),
        entry('updateMany', many(fc.record({ where: filter, data: flat }))),
        entry('upsert', many(fc.record({ where, create, update }))),
        entry('delete', many(where)),
        entry('deleteMany', many(filter)),
      )
    } else if (kind === 'update') {
      const filter = reads.where(target, 0)
      operations.push(
        entry('disconnect', fc.oneof(fc.constant(true), filter)),
        entry('update', fc.oneof(update, fc.record({ where: filter, data: update }))),
        entry('upsert', fc.oneof(fc.record({ create, update }), fc.record({ where: filter, create, update }))),
        entry('delete', fc.oneof(fc.constant(true), filter)),
      )
    }
    return objectOf(operations, 2).map((found) => (Object.keys(found).length > 0 ? found : { connect: undefined }))
  }

  /** Operations on a relation whose key is in the row itself. */
  function parentInput(field: Field, depth: number, kind: 'create' | 'update'): fc.Arbitrary<Args> {
    const target = targetOf(field)
    const where = reads.uniqueWhere(target)
    const create = createData(target, depth - 1, field)
    const inputs: fc.Arbitrary<Args>[] = [
      fc.record({ connect: where }),
      fc.record({ connect: where }),
      fc.record({ create }),
      fc.record({ connectOrCreate: fc.record({ where, create }) }),
    ]
    if (kind === 'update') {
      const filter = reads.where(target, 0)
      const update = updateData(target, depth - 1, field)
      inputs.push(
        fc.record({ update: fc.oneof(update, fc.record({ where: filter, data: update })) }),
        fc.record({ upsert: fc.record({ create, update }) }),
      )
      if (!field.isRequired) inputs.push(fc.constant({ disconnect: true }), fc.constant({ delete: true }))
    }
    return fc.oneof(...inputs)
  }

  const callsOf = (model: Model): fc.Arbitrary<WriteCall> => {
    const { name } = model
    const where = reads.uniqueWhere(model)
    const filter = reads.where(model, 1)
    const flat = reads.selection(model, 0)
    const call = (operation: string, args: fc.Arbitrary<Args>, shown: fc.Arbitrary<Args> = fc.constant({})) =>
      fc.tuple(args, shown).map(([given, selection]) => ({ model: name, operation, args: { ...given, ...selection } }))
    const rows = fc.array(createData(model, 0), { minLength: 1, maxLength: 3 })
    // Above the number of rows: which of them a lower one leaves out is up to the database.
    const limit = fc.option(fc.constant(100), { nil: undefined, freq: 5 })
    const shown = fc.oneof({ weight: 3, arbitrary: flat }, { weight: 1, arbitrary: reads.selection(model, 1) })
    const returning = [
      { weight: 1, arbitrary: call('createManyAndReturn', manyRows(rows), flat) },
      {
        weight: 2,
        arbitrary: call('updateManyAndReturn', fc.record({ where: filter, data: updateData(model, 0) }), flat),
      },
    ]
    return fc.oneof(
      { weight: 3, arbitrary: call('create', fc.record({ data: createData(model, 2) }), shown) },
      { weight: 1, arbitrary: call('createMany', manyRows(rows)) },
      ...(features.returning ? returning : []),
      { weight: 6, arbitrary: call('update', fc.record({ where, data: updateData(model, 2) }), shown) },
      { weight: 2, arbitrary: call('updateMany', fc.record({ where: filter, data: updateData(model, 0), limit })) },
      {
        weight: 2,
        arbitrary: call(
          'upsert',
          fc.record({ where, create: createData(model, 1), update: updateData(model, 1) }),
          shown,
        ),
      },
      { weight: 2, arbitrary: call('delete', fc.record({ where }), shown) },
      { weight: 1, arbitrary: call('deleteMany', fc.record({ where: filter, limit })) },
    )
  }
  return fc.oneof(...models.map(callsOf))
}

/** Keys that all of them have. */
function withSameKeys(rows: readonly Args[]): readonly Args[] {
  const isShared = ([key]: readonly [string, unknown]) => rows.every((row) => key in row)
  return rows.map((row) => Object.fromEntries(Object.entries(row).filter(isShared)))
}
