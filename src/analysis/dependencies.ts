import { type Dependency, makeShape, type ShapeUse } from '../core/tags.ts'
import type { DataModel, Model } from './data-model.ts'
import { encodeValues, pinnedValue } from './pin.ts'
import { relatedModels } from './related-models.ts'
import { pinsOfUnique, property } from './where-pins.ts'

/**
 * Everything that the answer of a read can depend on, one dependency per model.
 *
 * A lookup by a whole unique key depends, in its own model, on that key's values; a list whose `where` pins a field, on that
 * field's value; anything else, and every model reached through a relation, on the whole list. `unknown` means: do not cache.
 */
export function dependenciesOf(dataModel: DataModel, { model: name, operation, args }: Operation): Dependencies {
  const model = dataModel.models.get(name)
  if (!model) return unknown(`The schema has no model ${name}.`)
  if (!isRead(operation)) return unknown(`${operation} is not a read that the analysis knows.`)

  const related = relatedModels(dataModel, model, args)
  if (related === 'too-deep') return unknown('The arguments are nested too deeply.')
  const view = [model.name, ...related].find((one) => dataModel.models.get(one)?.isView)
  if (view !== undefined) return unknown(`${view} is a view: the tables behind it are not in the schema.`)

  const isLookup = operation.startsWith('findUnique')
  const own = isLookup ? lookupUse(dataModel, model, args) : listUse(dataModel, model, args)
  const uses = new Map<string, readonly ShapeUse[]>([...related].map((one) => [one, [wholeList]]))
  uses.set(name, own ? [own, ...(uses.get(name) ?? [])] : [wholeList])
  return { kind: 'known', dependencies: [...uses].map(([model, uses]) => ({ model, uses })) }
}

/** Whether an operation on a model only reads. Everything that is not known to only read counts as a write. */
export function isRead(operation: string): boolean {
  return reads.has(operation)
}

/** A call on a model, as the client receives it. */
export interface Operation {
  readonly model: string
  /** `findMany`, `update`, ... */
  readonly operation: string
  readonly args: unknown
}

export type Dependencies =
  | { readonly kind: 'known'; readonly dependencies: readonly Dependency[] }
  | { readonly kind: 'unknown'; readonly reason: string }

const wholeList: ShapeUse = { shape: makeShape([], 'all'), values: [] }

const reads: ReadonlySet<string> = new Set([
  'findUnique',
  'findUniqueOrThrow',
  'findFirst',
  'findFirstOrThrow',
  'findMany',
  'count',
  'aggregate',
  'groupBy',
])

/** The first unique key that the `where` pins as a whole; what else stands in it only narrows the answer of that row. */
function lookupUse(dataModel: DataModel, model: Model, args: unknown): ShapeUse | undefined {
  const where = typeof args === 'object' && args !== null && 'where' in args ? args.where : undefined
  for (const unique of model.uniques) {
    const pins = pinsOfUnique(dataModel, model, unique, where)
    if (!pins) continue
    const shape = makeShape(unique.fields, 'all')
    const values = encodeValues(shape, pins)
    if (values !== undefined) return { shape, values: [values] }
  }
  return undefined
}

/**
 * One field that the top level of the `where` pins: every row of the answer has this value. One only, so that the shapes of
 * a model are no more than its fields; foreign keys first, because lists are mostly those of a parent.
 *
 * With a cursor nothing is pinned: the row that the cursor names need not be among those that the `where` names.
 */
function listUse(dataModel: DataModel, model: Model, args: unknown): ShapeUse | undefined {
  if (property(args, 'cursor') !== undefined) return undefined
  const where = property(args, 'where')
  const fields = [...model.fields.values()]
  const foreignKeys = new Set(fields.flatMap((field) => field.relation?.fromFields ?? []))
  const candidates = [...fields.filter((field) => foreignKeys.has(field.name)), ...fields]
  for (const field of candidates) {
    const text = pinnedValue(dataModel, field, property(where, field.name))
    if (text === undefined) continue
    const shape = makeShape([field.name], 'all')
    const values = encodeValues(shape, new Map([[field.name, text]]))
    if (values !== undefined) return { shape, values: [values] }
  }
  return undefined
}

function unknown(reason: string): Dependencies {
  return { kind: 'unknown', reason }
}
