import type { DataModel, Model } from '../../data-model.ts'
import { isNode } from '../../reads/node.ts'
import { changedFields, hasRelations } from '../changed-fields.ts'
import { knownOfData, knownOfNewRow, knownOfWhere } from '../known-values.ts'
import { createEvent, deleteEvent, type Known, nothingKnown, type RowEvent, updateEvent } from '../row-event.ts'
import type { WrittenRow } from './nested.ts'

// What happens to a related row, whichever way the relation goes.

export interface Written {
  readonly events: readonly RowEvent[]
  readonly row: WrittenRow
}

/** @param link what the relation itself sets in the new row. */
export function created(dataModel: DataModel, model: Model, data: unknown, link: Known = nothingKnown): Written {
  const known = new Map([...knownOfNewRow(dataModel, model, data), ...link])
  return { events: [createEvent(model.name, known)], row: { model, known, isNew: true, isLocked: true } }
}

/** @param found what is certain of the row when it is updated. */
export function updated(dataModel: DataModel, model: Model, data: unknown, found: Known): Written {
  const changed = changedFields(model, data)
  const isWritten = changed === 'all' || changed.length > 0
  const event = updateEvent(model, { changed, before: found, after: knownOfData(dataModel, model, data) })
  const known = isWritten ? event.after : found
  return { events: isWritten ? [event] : [], row: { model, known, isNew: false, isLocked: isWritten } }
}

export function deleted(model: Model, found: Known): Written['events'] {
  return [deleteEvent(model.name, found)]
}

/**
 * What a nested `update`, `upsert` or `delete` is sure of: its `where` is repeated in the statement that writes. With relations in
 * the data, the row is looked up first.
 */
export function foundBy(dataModel: DataModel, model: Model, where: unknown, data?: unknown): Known {
  if (!isNode(where)) return nothingKnown
  const [known = nothingKnown, ...others] = knownOfWhere(dataModel, model, where, {
    isInStatement: !hasRelations(model, data),
  })
  return others.length > 0 ? nothingKnown : known
}

/** What is certain of a row that was looked up by a `where`, and then written by its id. */
export function foundById(dataModel: DataModel, model: Model, where: unknown): Known {
  if (!isNode(where)) return nothingKnown
  const [known = nothingKnown, ...others] = knownOfWhere(dataModel, model, where, { isInStatement: false })
  return others.length > 0 ? nothingKnown : known
}
