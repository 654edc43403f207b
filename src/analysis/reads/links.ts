import { type DataModel, type Model, oppositeOf, type Relation } from '../data-model.ts'
import { pinOf, pinsAlike } from '../equality/pin.ts'
import { anyRow, either, type KeyPair, type Pins } from './rows.ts'

/**
 * By which fields a relation leads from a row of `model` to its related rows, whichever side holds the foreign key. Empty for a
 * many-to-many relation, where the join table does.
 */
export function keyPairs(dataModel: DataModel, relation: Relation): readonly KeyPair[] {
  if (relation.joinTable !== null) return []
  if (relation.fromFields.length > 0) return relation.fromFields.map((from, i) => ({ from, to: relation.toFields[i]! }))
  const opposite = oppositeOf(dataModel, relation)?.relation
  return opposite ? opposite.fromFields.map((to, i) => ({ from: opposite.toFields[i]!, to })) : []
}

/** The fields of a row itself through which a relation leads on. */
export function ownKeyFields(dataModel: DataModel, model: Model, relation: Relation): readonly string[] {
  return relation.joinTable === null ? keyPairs(dataModel, relation).map(({ from }) => from) : model.idFields
}

/**
 * What the rows related to some rows are pinned to, known from what those rows are pinned to; `undefined` when it is not. A row
 * whose key is NULL has no related rows.
 */
export function pinsOfRelated(
  dataModel: DataModel,
  model: Model,
  relation: Relation,
  branches: readonly Pins[],
): readonly Pins[] | undefined {
  const pairs = keyPairs(dataModel, relation)
  if (!areAlike(dataModel, model, relation, pairs)) return undefined
  const related: Pins[] = []
  for (const branch of branches) {
    const pins = new Map(pairs.map(({ from, to }) => [to, branch.get(from)] as const))
    const values = [...pins.values()]
    if (values.includes(undefined)) return undefined
    if (!values.includes(null)) related.push(pins as Pins)
  }
  return related
}

/** What rows are pinned to, known from what their one related row is pinned to. */
export function pinsThroughKey(
  dataModel: DataModel,
  model: Model,
  relation: Relation,
  branches: readonly Pins[],
): readonly Pins[] {
  const pairs = keyPairs(dataModel, relation)
  if (!areAlike(dataModel, model, relation, pairs)) return anyRow
  const own = branches.map((branch) => {
    const pins = new Map<string, string | null>()
    for (const { from, to } of pairs) {
      const pin = branch.get(to)
      if (typeof pin === 'string') pins.set(from, pin)
    }
    return pins
  })
  return either(own)
}

/** What a row is pinned to that has no related row, where one field of its own tells. */
export function pinsOfMissing(dataModel: DataModel, model: Model, { fromFields }: Relation): readonly Pins[] {
  const [name] = fromFields
  const field = name === undefined ? undefined : model.fields.get(name)
  if (!field || fromFields.length > 1 || pinOf(dataModel, field, null) === undefined) return anyRow
  return [new Map([[field.name, null]])]
}

/** Whether the pins of both ends of a key are the same texts. */
export function areAlike(dataModel: DataModel, model: Model, relation: Relation, pairs: readonly KeyPair[]): boolean {
  const target = dataModel.models.get(relation.model)
  const alike = ({ from, to }: KeyPair) => {
    const [one, other] = [model.fields.get(from), target?.fields.get(to)]
    return one !== undefined && other !== undefined && pinsAlike(dataModel, one, other)
  }
  return pairs.length > 0 && pairs.every(alike)
}
