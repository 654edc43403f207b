import type { ExplainedEvent, ExplainedTouch } from '../core/client.ts'
import { type Pin, parseShape, partsOfField, type Shape, type Tag } from '../core/tags.ts'
import type { DataModel } from './data-model.ts'
import { valuesBy } from './explain-read.ts'
import { type Known, type RowEvent, toldByResult } from './writes/row-event.ts'
import { columnsOfSchema, touchedTags } from './writes/touched.ts'

export interface ExplainedWrite {
  readonly events: readonly ExplainedEvent[]
  readonly touches: readonly ExplainedTouch[]
  readonly coarse: readonly string[]
}

/** What events do to the shapes in use, for people. */
export function explainEvents(
  dataModel: DataModel,
  events: readonly RowEvent[],
  shapes: ReadonlyMap<string, readonly Shape[]>,
): ExplainedWrite {
  const tags = touchedTags(events, shapes, columnsOfSchema(dataModel))
  const coarse = new Set<string>()
  for (const event of events)
    for (const reason of coarseReasons(event, shapes.get(event.model) ?? [])) coarse.add(reason)
  return { events: events.map(explainEvent), touches: explainTags(tags), coarse: [...coarse] }
}

function explainEvent({ model, kind, changed, before, after, cause }: RowEvent): ExplainedEvent {
  return { model, kind, changed, before: shownValues(before), after: shownValues(after), cause: cause ?? null }
}

function shownValues(known: Known): Readonly<Record<string, Pin>> {
  return Object.fromEntries([...known].map(([column, pin]) => [column, shownPin(pin)]))
}

function shownPin(pin: Pin): Pin {
  return pin === toldByResult ? '(returned)' : pin
}

function explainTags(tags: readonly Tag[]): ExplainedTouch[] {
  return tags.flatMap((tag): ExplainedTouch[] => {
    if (tag.kind === 'mark') return []
    const { model } = tag
    if (tag.kind === 'root') return [{ model, by: null, columns: 'all', values: {} }]
    const { fields, columns } = parseShape(tag.shape)
    const pins = tag.kind === 'values' ? (JSON.parse(tag.values) as readonly Pin[]).map(shownPin) : []
    return [{ model, by: fields, columns, values: valuesBy(fields, pins) }]
  })
}

/** Why an event reaches more queries of a shape than those that pin the very values of its rows. */
function coarseReasons(event: RowEvent, shapes: readonly Shape[]): string[] {
  const { model, kind, cause, before, after } = event
  if (kind === 'any') return [`${model}: ${cause}`]
  return shapes.flatMap(({ fields, columns, isEntering }) => {
    const { changed } = event
    const isChanged = (column: string) => changed === 'all' || changed.includes(column)
    const isMet = columns === 'all' ? changed === 'all' || changed.length > 0 : columns.some(isChanged)
    const columnsPinned = fields.map((field) => partsOfField(field).column)
    if (kind === 'update' && !isMet && !columnsPinned.some(isChanged)) return []
    const sides = [...(kind === 'create' || isEntering ? [] : [before]), ...(kind === 'delete' ? [] : [after])]
    const missing = columnsPinned.find((column) => sides.some((known) => !known.has(column)))
    if (missing === undefined) return []
    const when = kind === 'update' && isChanged(missing) && after.has(missing) ? ' before' : ''
    const why = cause === undefined ? '' : ` (${cause})`
    return [`${model} by ${fields.join(', ')}: ${missing}${when} is not known${why}`]
  })
}
