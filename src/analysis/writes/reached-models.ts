import { LRUCache } from 'lru-cache'
import type { DataModel, Model } from '../data-model.ts'
import { asList, isNode, type Node } from '../reads/node.ts'
import { changedFields, hasRelations } from './changed-fields.ts'
import { type DeclaredChanges, withConsequences } from './consequences.ts'
import { createEvent, deleteEvent, type RowEvent, updateEvent } from './row-event.ts'

/** Kinds of writes that are kept per schema; a program has some hundreds. */
const kindsMax = 1000

type Reached = LRUCache<string, readonly string[]>

/** By the schema and what is declared, which do not change. */
const kept = new WeakMap<DataModel, WeakMap<DeclaredChanges, Reached>>()

interface Call {
  readonly operation: string
  readonly args: Node
}

/**
 * The models that a write on one model touches, where it writes through no relation: its own, and those of all that follows. They are the same
 * for all writes that change the same columns, and so they are found out once for these. `null` for every other write.
 */
export function reachedModels(
  dataModel: DataModel,
  declared: DeclaredChanges,
  model: Model,
  { operation, args: { data, create, update } }: Call,
): readonly string[] | null {
  const written = [...(operation.startsWith('createMany') ? asList(data) : [data]), create, update]
  if (written.some((one) => one !== undefined && (!isNode(one) || hasRelations(model, one)))) return null
  const changed = operation.startsWith('update')
    ? changedFields(model, data)
    : operation === 'upsert'
      ? changedFields(model, update)
      : []
  const reached = reachedIn(dataModel, declared)
  const kind = `${model.name} ${operation} ${changed === 'all' ? '*' : changed.join()}`
  let models = reached.get(kind)
  if (!models) {
    const events = withConsequences(dataModel, declared, bareEvents(model, operation, changed))
    models = [...new Set(events.map((event) => event.model))]
    reached.set(kind, models)
  }
  return models
}

function reachedIn(dataModel: DataModel, declared: DeclaredChanges): Reached {
  let ofDataModel = kept.get(dataModel)
  if (!ofDataModel) {
    ofDataModel = new WeakMap()
    kept.set(dataModel, ofDataModel)
  }
  let reached = ofDataModel.get(declared)
  if (!reached) {
    reached = new LRUCache({ max: kindsMax })
    ofDataModel.set(declared, reached)
  }
  return reached
}

/** What it does to its own rows, whatever these hold. */
function bareEvents(model: Model, operation: string, changed: readonly string[] | 'all'): RowEvent[] {
  if (operation.startsWith('create')) return [createEvent(model.name)]
  if (operation.startsWith('delete')) return [deleteEvent(model.name)]
  const update = updateEvent(model, { changed })
  return operation === 'upsert' ? [createEvent(model.name), update] : [update]
}
