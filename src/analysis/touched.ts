import type { Shape, Tag } from '../core/tags.ts'
import { encodeValues } from './pin.ts'
import type { RowEvent } from './row-event.ts'

/**
 * The tags that events touch, given the shapes in use per model. Each tag once.
 *
 * Sound in this sense: whenever an event changes the answer of a query, one tag that the query depends on is among them.
 */
export function touchedTags(events: readonly RowEvent[], shapes: ReadonlyMap<string, readonly Shape[]>): Tag[] {
  const tags = new Map<string, Tag>()
  const add = (tag: Tag) => tags.set(JSON.stringify(tag), tag)
  for (const event of events) {
    if (event.kind === 'any') add({ kind: 'root', model: event.model })
    else for (const shape of shapes.get(event.model) ?? []) touch(event, shape, add)
  }
  return [...tags.values()]
}

function touch(event: RowEvent, shape: Shape, add: (tag: Tag) => void): void {
  const { model } = event
  const pinChanges = event.kind === 'update' && meets(event, shape.fields)
  if (event.kind === 'update' && !pinChanges && !meets(event, shape.columns)) return

  // Where a pinned field changes, the row leaves one answer and enters another: the value known is only one of the two.
  const values = pinChanges || shape.fields.length === 0 ? undefined : encodeValues(shape, event.known)
  if (values === undefined) add({ kind: 'shape', model, shape: shape.id })
  else add({ kind: 'values', model, shape: shape.id, values })
}

function meets({ changed }: RowEvent, columns: Shape['columns']): boolean {
  if (columns !== 'all') return changed === 'all' ? columns.length > 0 : columns.some((one) => changed.includes(one))
  return changed === 'all' || changed.length > 0
}
