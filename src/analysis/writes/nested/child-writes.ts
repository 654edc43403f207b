import type { Pin } from '../../../core/tags.ts'
import { columnOf, oppositeOf } from '../../data-model.ts'
import { pinsAlike } from '../../equality/pin.ts'
import { asList, isNode } from '../../reads/node.ts'
import { type Known, nothingKnown, type RowEvent, updateEvent } from '../row-event.ts'
import { type Nested, type NestedResult, type NestedWrite, result, updateParts } from './nested.ts'
import { created, deleted, foundBy, foundById, updated } from './related-rows.ts'

/**
 * Writes to rows that hold the foreign key of the row at hand: `posts` of a user, `profile` of a user.
 *
 * That a child which is updated or deleted belongs to the row is *not* known: the client looks that up first, and another
 * writer can move the child before it is written.
 */
export const childWrites: NestedWrite = (nested, operation, item) => {
  const { dataModel, target } = nested
  switch (operation) {
    case 'create':
      return createdChild(nested, item)
    case 'createMany':
      if (!isNode(item)) return undefined
      return result(asList(item.data).flatMap((data) => created(dataModel, target, data, linkOf(nested)).events))
    case 'connect':
      return result([...replaced(nested), moved(nested, item)])
    case 'connectOrCreate': {
      if (!isNode(item)) return undefined
      const { events, rows } = createdChild(nested, item.create)
      return result([...events, moved(nested, item.where)], rows)
    }
    case 'disconnect': {
      const found = nested.field.isList ? foundBy(dataModel, target, item) : nothingKnown
      return result([unlinked(nested, found)])
    }
    case 'set':
      return result([unlinked(nested, nothingKnown), ...asList(item).map((where) => movedById(nested, where))])
    case 'update':
      return updatedChild(nested, item)
    case 'updateMany':
      return isNode(item) ? result(updated(dataModel, target, item.data, nothingKnown).events) : undefined
    case 'upsert': {
      if (!isNode(item)) return undefined
      const made = createdChild(nested, item.create)
      const { events, row } = updated(
        dataModel,
        target,
        item.update,
        foundBy(dataModel, target, item.where, item.update),
      )
      return result([...made.events, ...events], [...made.rows, { row, data: item.update }])
    }
    case 'delete':
      return result(deleted(target, nested.field.isList ? foundBy(dataModel, target, item) : nothingKnown))
    case 'deleteMany':
      return result(deleted(target, nothingKnown))
    default:
      return undefined
  }
}

function createdChild(nested: Nested, data: unknown): NestedResult {
  const { events, row } = created(nested.dataModel, nested.target, data, linkOf(nested))
  return result([...replaced(nested), ...events], [{ row, data }])
}

function updatedChild(nested: Nested, item: unknown): NestedResult | undefined {
  const { dataModel, target } = nested
  const parts = updateParts(nested, item)
  if (!parts) return undefined
  const { events, row } = updated(dataModel, target, parts.data, foundBy(dataModel, target, parts.where, parts.data))
  return result(events, [{ row, data: parts.data }])
}

/** The child that a `where` names becomes the row's. */
function moved(nested: Nested, where: unknown): RowEvent {
  // Several children are moved by one statement with the whole condition; of a single one the id is looked up first.
  if (!nested.field.isList) return movedById(nested, where)
  return movedFrom(nested, foundBy(nested.dataModel, nested.target, where))
}

function movedById(nested: Nested, where: unknown): RowEvent {
  return movedFrom(nested, foundById(nested.dataModel, nested.target, where))
}

function movedFrom(nested: Nested, before: Known): RowEvent {
  return updateEvent(nested.target, { changed: keyFields(nested), before, after: linkOf(nested) })
}

/** A row that can have one child only loses the one that it had. */
function replaced(nested: Nested): RowEvent[] {
  return nested.field.isList || nested.row.isNew ? [] : [unlinked(nested, nothingKnown)]
}

function unlinked(nested: Nested, before: Known): RowEvent {
  const { target } = nested
  const fields = keyFields(nested)
  const after = new Map(fields.map((name) => [columnOf(target, name), null]))
  return updateEvent(target, { changed: fields, before, after })
}

function keyFields({ dataModel, relation }: Nested): readonly string[] {
  return oppositeOf(dataModel, relation)?.relation?.fromFields ?? []
}

/** The foreign key that leads to the row at hand, as far as that row's key is known. */
function linkOf({ dataModel, row, relation, target }: Nested): Known {
  const opposite = oppositeOf(dataModel, relation)?.relation
  const link = new Map<string, Pin>()
  for (const [i, name] of (opposite?.fromFields ?? []).entries()) {
    const [own, key] = [target.fields.get(name), row.model.fields.get(opposite!.toFields[i]!)]
    const pin = key && row.known.get(key.column)
    if (own && key && pin !== undefined && pinsAlike(dataModel, own, key)) link.set(own.column, pin)
  }
  return link
}
