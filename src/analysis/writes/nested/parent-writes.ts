import type { Pin } from '../../../core/tags.ts'
import { columnOf, oppositeOf } from '../../data-model.ts'
import { pinsAlike } from '../../equality/pin.ts'
import { isNode } from '../../reads/node.ts'
import { changedFields } from '../changed-fields.ts'
import { type Known, merged, nothingKnown, type RowEvent, updateEvent } from '../row-event.ts'
import { type Nested, type NestedWrite, result, updateParts } from './nested.ts'
import { created, deleted, foundBy, updated } from './related-rows.ts'

/** Writes to the row whose key the row at hand holds: `author` of a post. */
export const parentWrites: NestedWrite = (nested, operation, item) => {
  const { dataModel, target } = nested
  switch (operation) {
    case 'create': {
      const { events, row } = created(dataModel, target, item)
      return result(events, [{ row, data: item }])
    }
    case 'connect':
      return result(displaced(nested))
    case 'connectOrCreate': {
      if (!isNode(item)) return undefined
      const { events, row } = created(dataModel, target, item.create)
      return result([...displaced(nested), ...events], [{ row, data: item.create }])
    }
    case 'disconnect':
      return result([])
    case 'update': {
      const parts = updateParts(nested, item)
      if (!parts) return undefined
      const found = merged(foundBy(dataModel, target, parts.where, parts.data), keyOfParent(nested, parts.data))
      const { events, row } = updated(dataModel, target, parts.data, found)
      return result(events, [{ row, data: parts.data }])
    }
    case 'upsert': {
      if (!isNode(item)) return undefined
      const made = created(dataModel, target, item.create)
      const changed = updated(dataModel, target, item.update, foundBy(dataModel, target, item.where, item.update))
      return result(
        [...made.events, ...changed.events],
        [
          { row: made.row, data: item.create },
          { row: changed.row, data: item.update },
        ],
      )
    }
    case 'delete':
      return result(deleted(target, nothingKnown))
    default:
      return undefined
  }
}

/** Where only one row may hold a key, whoever held it before loses it. */
function displaced({ dataModel, row, relation }: Nested): RowEvent[] {
  if (oppositeOf(dataModel, relation)?.isList !== false) return []
  const after = new Map(relation.fromFields.map((name) => [columnOf(row.model, name), null]))
  return [updateEvent(row.model, { changed: relation.fromFields, after })]
}

/**
 * The key of the related row, which the row at hand holds. It is certain only once that row has been written itself: until
 * then another writer can point it elsewhere. And only if the key stays: a new one may have cascaded to the row at hand
 * before that was returned.
 */
function keyOfParent({ dataModel, row, relation, target }: Nested, data: unknown): Known {
  const known = new Map<string, Pin>()
  const changed = changedFields(target, data)
  const isKept = changed !== 'all' && !relation.toFields.some((name) => changed.includes(name))
  if (!row.isLocked || !isKept) return known
  for (const [i, name] of relation.fromFields.entries()) {
    const [own, key] = [row.model.fields.get(name), target.fields.get(relation.toFields[i]!)]
    const pin = own && row.known.get(own.column)
    if (own && key && typeof pin === 'string' && pinsAlike(dataModel, own, key)) known.set(key.column, pin)
  }
  return known
}
