import type { Model } from '../data-model.ts'
import { isNode } from '../reads/node.ts'

/**
 * The fields of its own row that a `data` changes: its scalars, and the foreign keys behind its relations. Empty when it only
 * writes related rows: then the client does not update the row at all.
 */
export function changedFields(model: Model, data: unknown): readonly string[] | 'all' {
  if (!isNode(data)) return 'all'
  const changed: string[] = []
  for (const name in data) {
    if (data[name] === undefined) continue
    const field = model.fields.get(name)
    if (!field) return 'all'
    if (field.kind !== 'relation' || !field.relation) changed.push(name)
    else if (movesKey(data[name])) changed.push(...field.relation.fromFields)
  }
  return changed
}

/** Updating a related row moves no key; every other operation on a relation may. */
function movesKey(operations: unknown): boolean {
  if (!isNode(operations)) return true
  for (const name in operations) if (operations[name] !== undefined && name !== 'update') return true
  return false
}

/** Whether a `data` writes through relations: then the client may look its rows up first and write them by their ids. */
export function hasRelations(model: Model, data: unknown): boolean {
  if (!isNode(data)) return false
  for (const name in data) if (data[name] !== undefined && model.fields.get(name)?.kind === 'relation') return true
  return false
}
