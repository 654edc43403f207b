import { encodePins, firstCharacters, type Pin, partsOfField, type Shape, type Tag } from '../../core/tags.ts'
import { type Known, type RowEvent, toldByResult } from './row-event.ts'

/**
 * The tags that events touch, given the shapes in use per model. Each tag once.
 *
 * Sound in this sense: whenever an event changes the answer of a query, one tag that the query depends on is among them.
 *
 * | event                                                     | touches, per shape                                  |
 * | --------------------------------------------------------- | --------------------------------------------------- |
 * | create                                                    | the values it has, as far as they are known         |
 * | delete                                                    | those it had                                        |
 * | update that changes neither pinned nor any other column   | nothing                                             |
 * | update                                                    | the values it had and those it has                  |
 * | any                                                       | the model                                           |
 *
 * Values are known up to the first that is not: of `(country, status)` with an unknown status every query of that country is
 * touched, with an unknown country every query of the shape. Of a shape that only rows enter, what they had does not count.
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
  const { model, kind, before, after } = event
  if (kind === 'update' && !meets(event, columnsOf(shape)) && !meets(event, shape.columns)) return
  add({ kind: 'mark', model, shape: shape.id })
  const had = kind === 'create' || shape.isEntering ? null : knownValues(shape, before)
  const has = kind === 'delete' ? null : knownValues(shape, after)
  // Where one begins with the other, the shorter one reaches all that the longer one does.
  for (const [pins, other] of [
    [had, has],
    [has, had],
  ] as const) {
    if (!pins || (other && other.length < pins.length && other.every((pin, i) => pin === pins[i]))) continue
    if (pins.length === 0) add({ kind: 'shape', model, shape: shape.id })
    else add({ kind: 'values', model, shape: shape.id, values: encodePins(pins) })
  }
}

/** The values of the first fields, up to one that is not known. */
function knownValues({ fields }: Shape, known: Known): readonly Pin[] {
  const pins: Pin[] = []
  for (const field of fields) {
    const { column, length } = partsOfField(field)
    const pin = known.get(column)
    if (pin === undefined) break
    const isWhole = length === null || pin === null || pin === toldByResult
    pins.push(isWhole ? pin : firstCharacters(pin, length))
  }
  return pins
}

function columnsOf({ fields }: Shape): readonly string[] {
  return fields.map((field) => partsOfField(field).column)
}

function meets({ changed }: RowEvent, columns: Shape['columns']): boolean {
  if (columns !== 'all') return changed === 'all' ? columns.length > 0 : columns.some((one) => changed.includes(one))
  return changed === 'all' || changed.length > 0
}
