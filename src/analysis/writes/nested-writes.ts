import type { DataModel } from '../data-model.ts'
import { asList, isNode } from '../reads/node.ts'
import { childWrites } from './nested/child-writes.ts'
import { joinWrites } from './nested/join-writes.ts'
import type { Nested, NestedResult, WrittenRow } from './nested/nested.ts'
import { parentWrites } from './nested/parent-writes.ts'
import type { RowEvent } from './row-event.ts'

const depthMax = 100

/**
 * What the nested writes in a write's `data` do to other rows, at any depth; `'unknown'` when an operation is not known, or the
 * data is deeper than any write is (or cyclic). The foreign keys of the row itself are not reported: its own event names them.
 *
 * Cascades are not followed here.
 */
export function nestedEvents(dataModel: DataModel, row: WrittenRow, data: unknown): RowEvent[] | 'unknown' {
  const events: RowEvent[] = []
  return visit({ dataModel, events }, row, { data, depth: 0 }) ? events : 'unknown'
}

interface Visit {
  readonly dataModel: DataModel
  readonly events: RowEvent[]
}

function visit(
  state: Visit,
  row: WrittenRow,
  { data, depth }: { readonly data: unknown; readonly depth: number },
): boolean {
  if (data === undefined) return true
  if (!isNode(data) || depth > depthMax) return false
  for (const name in data) {
    const field = row.model.fields.get(name)
    if (data[name] === undefined || field?.kind !== 'relation' || !field.relation) continue
    const target = state.dataModel.models.get(field.relation.model)
    if (!target) return false
    const nested: Nested = { dataModel: state.dataModel, row, field, relation: field.relation, target }
    for (const result of nestedResults(nested, data[name])) {
      if (result === undefined) return false
      state.events.push(...result.events)
      for (const next of result.rows) if (!visit(state, next.row, { data: next.data, depth: depth + 1 })) return false
    }
  }
  return true
}

/** `undefined` for an operation that is not known. */
function nestedResults(nested: Nested, operations: unknown): (NestedResult | undefined)[] {
  if (!isNode(operations)) return [undefined]
  const { relation } = nested
  const write = relation.joinTable !== null ? joinWrites : relation.fromFields.length > 0 ? parentWrites : childWrites
  const results: (NestedResult | undefined)[] = []
  for (const operation in operations) {
    if (operations[operation] === undefined) continue
    if (operation === 'set') results.push(write(nested, operation, operations[operation]))
    else for (const item of asList(operations[operation])) results.push(write(nested, operation, item))
  }
  return results
}
