import {
  encodePins,
  firstCharacters,
  type Pin,
  partsOfField,
  type Shape,
  type Tag,
  type ValuesTag,
} from '../../core/tags.ts'
import type { DataModel } from '../data-model.ts'
import { condensed, type Known, type RowEvent, toldByResult } from './row-event.ts'

/** The columns of a model, as the writer's schema has them. */
export type ColumnsOf = (model: string) => ReadonlySet<string> | undefined

export function columnsOfSchema({ models }: DataModel): ColumnsOf {
  const columns = new Map(
    [...models].map(([name, { scalars }]) => [name, new Set(scalars.map(({ column }) => column))]),
  )
  return (model) => columns.get(model)
}

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
 *
 * @param columnsOf a shape with a column that is not among these comes from another release of the schema, where the database may
 * compute that column from any other: every update counts.
 */
export function touchedTags(
  events: readonly RowEvent[],
  shapes: ReadonlyMap<string, readonly Shape[]>,
  columnsOf: ColumnsOf = () => undefined,
): readonly Tag[] {
  const found = new Map<string, Tag>()
  const add = (tag: Tag) => found.set(textOf(tag), tag)
  for (const event of condensed(events)) {
    if (event.kind === 'any') {
      add({ kind: 'root', model: event.model })
      continue
    }
    const columns = columnsOf(event.model)
    for (const shape of shapes.get(event.model) ?? []) {
      touch(columns && hasOthers(shape, columns) ? { ...event, changed: 'all' } : event, shape, add)
    }
  }
  return few([...found.values()])
}

/** Equal for equal tags alone: names of models and shapes have no spaces. */
function textOf(tag: Tag): string {
  if (tag.kind === 'root') return `root ${tag.model}`
  const name = `${tag.kind} ${tag.model} ${tag.shape}`
  return tag.kind === 'values' ? `${name} ${tag.values}` : name
}

/** A touch is one step in Redis, during which it does nothing else. */
const valueTagsMax = 2048

/** Where there are too many values, the shapes with most of them are touched as a whole. */
function few(tags: readonly Tag[]): readonly Tag[] {
  const byShape = new Map<string, ValuesTag[]>()
  for (const tag of tags) {
    if (tag.kind !== 'values') continue
    const name = `${tag.model} ${tag.shape}`
    const others = byShape.get(name)
    if (others) others.push(tag)
    else byShape.set(name, [tag])
  }
  const all = [...byShape.values()]
  if (all.reduce((total, { length }) => total + length, 0) <= valueTagsMax) return tags
  const fair = valueTagsMax / all.length
  const ofShapes = all.flatMap((ofShape): readonly Tag[] => {
    const { model, shape } = ofShape[0]!
    return ofShape.length <= fair ? ofShape : [{ kind: 'shape', model, shape }]
  })
  return [...tags.filter(({ kind }) => kind !== 'values'), ...ofShapes]
}

function hasOthers({ fields, columns }: Shape, known: ReadonlySet<string>): boolean {
  const isOther = (column: string) => !known.has(column)
  return columnsOfFields(fields).some(isOther) || (columns !== 'all' && columns.some(isOther))
}

function touch(event: RowEvent, shape: Shape, add: (tag: Tag) => void): void {
  const { model, kind, before, after } = event
  if (kind === 'update' && !meets(event, columnsOfFields(shape.fields)) && !meets(event, shape.columns)) return
  add({ kind: 'mark', model, shape: shape.id })
  const had = kind === 'create' || shape.isEntering ? null : knownValues(shape, before)
  const has = kind === 'delete' ? null : knownValues(shape, after)
  // Where one begins with the other, the shorter one reaches all that the longer one does.
  for (const [pins, other] of [
    [had, has],
    [has, had],
  ] as const) {
    if (!pins || (other && other.length < pins.length && other.every((pin, i) => pin === pins[i]))) continue
    const isAll = pins.length === 0 || (shape.isPending && pins.length < shape.fields.length)
    if (isAll) add({ kind: 'shape', model, shape: shape.id })
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

function columnsOfFields(fields: Shape['fields']): readonly string[] {
  return fields.map((field) => partsOfField(field).column)
}

function meets({ changed }: RowEvent, columns: Shape['columns']): boolean {
  if (columns !== 'all') return changed === 'all' ? columns.length > 0 : columns.some((one) => changed.includes(one))
  return changed === 'all' || changed.length > 0
}
