import type { DataModel, Model } from '../data-model.ts'

/**
 * The models that a read's arguments mention through relations, join tables included; the model itself only if a relation
 * returns to it.
 *
 * The arguments are walked without knowing their grammar: a key that is a relation of the model at hand leads to the related
 * model, any other key stays. So an argument that a later client adds is covered too; naming too much is safe.
 */
export function mentionedModels(dataModel: DataModel, model: Model, args: unknown): ReadonlySet<string> | 'too-deep' {
  const found = new Set<string>()
  const complete = walk({ dataModel, found }, args, { models: [model], parent: '', depth: 0 })
  return complete ? found : 'too-deep'
}

interface Walk {
  readonly dataModel: DataModel
  readonly found: Set<string>
}

/** Where the walk stands: usually in one model; in several after a relation that is named like an argument. */
interface Place {
  readonly models: readonly Model[]
  readonly parent: string
  readonly depth: number
}

const depthMax = 100

/** `false` when the arguments are deeper than any query is (or cyclic). */
function walk(state: Walk, value: unknown, place: Place): boolean {
  if (typeof value !== 'object' || value === null || value instanceof Date || ArrayBuffer.isView(value)) return true
  if (place.depth > depthMax) return false
  // Decimals and whatever writes itself as something else: that is what the client reads.
  if (hasToJson(value)) return walk(state, value.toJSON(), { ...place, depth: place.depth + 1 })
  const { models, parent, depth } = place
  // Inherited properties count: the client reads them too.
  for (const key in value) {
    const inner = (value as Readonly<Record<string, unknown>>)[key]
    if (inner === undefined || inner === false) continue
    if (key === '_count' && (parent === 'select' || parent === 'include')) addCounted(state, models, inner)

    if (!walk(state, inner, { models: modelsAt(state, models, key), parent: key, depth: depth + 1 })) return false
  }
  return true
}

/** The models that the walk may stand in below a key. */
function modelsAt(state: Walk, models: readonly Model[], key: string): readonly Model[] {
  let targets: Set<Model> | undefined
  for (const model of models) {
    const target = targetOf(state, model, key)
    if (target) targets = (targets ?? new Set()).add(target)
  }
  if (!targets) return models
  return argumentWords.has(key) ? [...new Set([...models, ...targets])] : [...targets]
}

function hasToJson(value: object): value is { toJSON(): unknown } {
  return 'toJSON' in value && typeof value.toJSON === 'function'
}

function targetOf({ dataModel, found }: Walk, model: Model, key: string): Model | undefined {
  const relation = model.fields.get(key)?.relation
  const target = relation && dataModel.models.get(relation.model)
  if (!target) return undefined
  found.add(target.name)
  if (relation.joinTable !== null) found.add(relation.joinTable)
  return target
}

/** `_count: true` counts every list relation; `_count: { select }` is walked like anything else. */
function addCounted(state: Walk, models: readonly Model[], counted: unknown): void {
  if (typeof counted === 'object' && counted !== null && 'select' in counted && counted.select) return
  for (const model of models) {
    for (const field of model.fields.values()) if (field.isList) targetOf(state, model, field.name)
  }
}

/** Arguments that a relation might be named like; below such a key both readings are followed. */
const argumentWords: ReadonlySet<string> = new Set([
  ...['where', 'select', 'include', 'omit', 'orderBy', 'cursor', 'distinct', 'having', 'by', 'take', 'skip'],
  ...['AND', 'OR', 'NOT', 'some', 'every', 'none', 'is', 'isNot', 'in', 'notIn', 'not', 'equals'],
  ...['sort', 'nulls', '_count', '_sum', '_avg', '_min', '_max', '_all', '_relevance', 'fields', 'search'],
])
