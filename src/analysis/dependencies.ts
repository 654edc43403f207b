import { type Dependency, makeShape, type ShapeUse } from '../core/tags.ts'
import type { DataModel, Model } from './data-model.ts'
import { encodeValues } from './pin.ts'
import { relatedModels } from './related-models.ts'
import { pinsOfUnique } from './where-pins.ts'

/**
 * Everything that the answer of a read can depend on, one dependency per model.
 *
 * A lookup by a whole unique key depends, in its own model, on that key's values; anything else, and every model reached
 * through a relation, on the whole list. `unknown` means: do not cache.
 */
export function dependenciesOf(dataModel: DataModel, { model: name, operation, args }: Operation): Dependencies {
  const model = dataModel.models.get(name)
  if (!model) return unknown(`The schema has no model ${name}.`)
  if (!reads.has(operation)) return unknown(`${operation} is not a read that the analysis knows.`)

  const related = relatedModels(dataModel, model, args)
  if (related === 'too-deep') return unknown('The arguments are nested too deeply.')
  const view = [model.name, ...related].find((one) => dataModel.models.get(one)?.isView)
  if (view !== undefined) return unknown(`${view} is a view: the tables behind it are not in the schema.`)

  const lookup = operation.startsWith('findUnique') ? lookupUse(dataModel, model, args) : undefined
  const uses = new Map<string, readonly ShapeUse[]>([...related].map((one) => [one, [wholeList]]))
  uses.set(name, lookup ? [lookup, ...(uses.get(name) ?? [])] : [wholeList])
  return { kind: 'known', dependencies: [...uses].map(([model, uses]) => ({ model, uses })) }
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

function unknown(reason: string): Dependencies {
  return { kind: 'unknown', reason }
}
