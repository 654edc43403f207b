import { type DataModel, type Field, type Model, oppositeOf, type Relation } from './data-model.ts'
import { anyEvent, createEvent, type RowEvent, updateEvent } from './row-event.ts'

/**
 * What the nested writes in a write's `data` do to other rows, at any depth; `'too-deep'` when the data is deeper than any
 * write is (or cyclic). The foreign keys of the written row itself are not reported: its own event names them.
 *
 * Cascades are not followed here.
 */
export function nestedEvents(dataModel: DataModel, model: Model, data: unknown): RowEvent[] | 'too-deep' {
  const events: RowEvent[] = []
  return visitData({ dataModel, events }, model, data, 0) ? events : 'too-deep'
}

interface Visit {
  readonly dataModel: DataModel
  readonly events: RowEvent[]
}

const depthMax = 100

/** Finds the relations in a `data`, or in what wraps one: `{ where, data }`, `{ create, update }`, lists. */
function visitData(visit: Visit, model: Model, data: unknown, depth: number): boolean {
  if (!isObject(data)) return true
  if (depth > depthMax) return false
  for (const key in data) {
    const value = data[key]
    const field = model.fields.get(key)
    if (value === undefined) continue
    if (field?.relation && !visitRelation(visit, model, field, value, depth + 1)) return false
    const mayWrap = !Array.isArray(data) ? !field || wrappers.has(key) : true
    // A filter writes nothing.
    if (mayWrap && key !== 'where' && !visitData(visit, model, value, depth + 1)) return false
  }
  return true
}

function visitRelation(visit: Visit, parent: Model, field: Field, value: unknown, depth: number): boolean {
  const child = field.relation && visit.dataModel.models.get(field.relation.model)
  if (!child) return true
  for (const item of Array.isArray(value) ? value : [value]) {
    if (!isObject(item)) {
      record(visit, parent, field, 'unknown')
      continue
    }
    for (const operation in item) {
      if (item[operation] === undefined) continue
      record(visit, parent, field, operation)
      if (!takesFilter.has(operation) && !visitData(visit, child, item[operation], depth + 1)) return false
    }
  }
  return true
}

/** What one nested operation does, by where the foreign key is. What is not known does anything. */
function record({ dataModel, events }: Visit, parent: Model, { isList, relation }: Field, operation: string): void {
  const child = relation && dataModel.models.get(relation.model)
  if (!child) return
  const opposite = oppositeOf(dataModel, relation)
  const effect = (opposite && effects.get(operation)) ?? 'any'
  const ownsKey = relation.fromFields.length > 0
  if (relation.joinTable !== null) events.push(anyEvent(relation.joinTable))

  if (relation.joinTable === null && !isList && !opposite?.isList) {
    // One to one: whoever held the other end before loses it, on whichever side the key is.
    events.push(anyEvent(child.name))
    if (ownsKey) events.push(updateEvent(parent, relation.fromFields))
    return
  }
  if (effect === 'any') events.push(anyEvent(child.name))
  if (effect === 'create' || effect === 'create-or-link') events.push(createEvent(child.name))
  if ((effect === 'link' || effect === 'create-or-link') && holdsKey(opposite?.relation)) {
    events.push(updateEvent(child, opposite.relation.fromFields))
  }
}

function holdsKey(relation: Relation | null | undefined): relation is Relation {
  return relation !== null && relation !== undefined && relation.fromFields.length > 0
}

const effects: ReadonlyMap<string, 'create' | 'link' | 'create-or-link'> = new Map([
  ['create', 'create'],
  ['createMany', 'create'],
  ['connect', 'link'],
  ['disconnect', 'link'],
  ['set', 'link'],
  ['connectOrCreate', 'create-or-link'],
])

/** Nested operations whose value only says which rows. */
const takesFilter: ReadonlySet<string> = new Set(['connect', 'disconnect', 'set', 'delete', 'deleteMany'])

/** Keys that may hold a `data`, also where the model has a field of that name. */
const wrappers: ReadonlySet<string> = new Set(['data', 'create', 'update', 'createMany', 'updateMany', 'upsert'])

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !(value instanceof Date) && !ArrayBuffer.isView(value)
}
