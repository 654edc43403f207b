import { asList, isNode } from '../../reads/node.ts'
import { createEvent, deleteEvent, type Known, nothingKnown, type RowEvent } from '../row-event.ts'
import { type Nested, type NestedWrite, result, updateParts } from './nested.ts'
import { created, deleted, foundBy, foundById, updated } from './related-rows.ts'

/** Writes through an implicit many-to-many relation: to the join table, and to the rows at its other end. */
export const joinWrites: NestedWrite = (nested, operation, item) => {
  const { dataModel, target } = nested
  switch (operation) {
    case 'create': {
      const { events, row } = created(dataModel, target, item)
      return result([...events, joined(nested, row.known)], [{ row, data: item }])
    }
    case 'connect':
      return result([joined(nested, foundById(dataModel, target, item))])
    case 'connectOrCreate': {
      if (!isNode(item)) return undefined
      const { events, row } = created(dataModel, target, item.create)
      const connected = joined(nested, foundById(dataModel, target, item.where))
      return result([...events, connected, joined(nested, row.known)], [{ row, data: item.create }])
    }
    case 'disconnect':
      return result([parted(nested, foundById(dataModel, target, item))])
    case 'set':
      return result([
        parted(nested, nothingKnown),
        ...asList(item).map((where) => joined(nested, foundById(dataModel, target, where))),
      ])
    case 'update': {
      const parts = updateParts(nested, item)
      if (!parts) return undefined
      const found = foundBy(dataModel, target, parts.where, parts.data)
      const { events, row } = updated(dataModel, target, parts.data, found)
      return result(events, [{ row, data: parts.data }])
    }
    case 'updateMany':
      return isNode(item) ? result(updated(dataModel, target, item.data, nothingKnown).events) : undefined
    case 'upsert': {
      if (!isNode(item)) return undefined
      const made = created(dataModel, target, item.create)
      const changed = updated(dataModel, target, item.update, foundBy(dataModel, target, item.where, item.update))
      return result(
        [...made.events, joined(nested, made.row.known), ...changed.events],
        [
          { row: made.row, data: item.create },
          { row: changed.row, data: item.update },
        ],
      )
    }
    case 'delete':
      return result(deleted(target, foundBy(dataModel, target, item)))
    case 'deleteMany':
      return result(deleted(target, nothingKnown))
    default:
      return undefined
  }
}

function joined(nested: Nested, other: Known): RowEvent {
  return createEvent(nested.relation.joinTable!, ends(nested, other))
}

function parted(nested: Nested, other: Known): RowEvent {
  return deleteEvent(nested.relation.joinTable!, ends(nested, other))
}

/** The ids of both ends in the join table, as far as they are known. */
function ends({ row, target, relation }: Nested, other: Known): Known {
  const idOf = ({ model, known }: { readonly model: typeof target; readonly known: Known }) => {
    const id = model.fields.get(model.idFields[0] ?? '')
    return id && known.get(id.column)
  }
  const columns = relation.joinColumns!
  const pairs = [
    [columns.own, idOf(row)],
    [columns.other, idOf({ model: target, known: other })],
  ] as const
  return new Map(pairs.flatMap(([column, pin]) => (typeof pin === 'string' ? [[column, pin] as const] : [])))
}
