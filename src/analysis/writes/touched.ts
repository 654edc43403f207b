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
import { type ParameterPins, parameterNumber } from '../equality/parameter.ts'
import { BoundEvent } from './bound-event.ts'
import { condensed, type Known, type RowEvent, toldByResult } from './row-event.ts'
import type { KnownValue, Touch } from './touch.ts'

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
  const found: Tag[] = []
  for (const event of condensed(events)) {
    if (event.kind === 'any') {
      found.push({ kind: 'root', model: event.model })
      continue
    }
    const columns = columnsOf(event.model)
    for (const shape of shapes.get(event.model) ?? []) {
      const touch = touchOf(event, shape, columns)
      if (touch) addTags(touch, event instanceof BoundEvent ? event.pins : nothingBound, found)
    }
  }
  return few(events.length > 1 ? distinct(found) : found)
}

function distinct(tags: readonly Tag[]): readonly Tag[] {
  return [...new Map(tags.map((tag) => [textOf(tag), tag])).values()]
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

const nothingBound: ParameterPins = []

/** The columns that the writer's schema has. */
type Columns = ReturnType<ColumnsOf>

function touchOf(event: RowEvent, shape: Shape, columns: Columns): Touch | null {
  if (!(event instanceof BoundEvent)) return findTouch(event, shape, columns)
  const { pattern } = event
  return pattern.touches.of(pattern, shape, () => findTouch(pattern.event, shape, columns))
}

function findTouch(event: RowEvent, shape: Shape, columns: Columns): Touch | null {
  const { model, kind, before, after } = event
  const changed = columns && hasOthers(shape, columns) ? 'all' : event.changed
  if (kind === 'update' && !meets(changed, columnsOfFields(shape.fields)) && !meets(changed, shape.columns)) return null
  const had = kind === 'create' || shape.isEntering ? null : knownValues(shape, before)
  const has = kind === 'delete' ? null : knownValues(shape, after)
  // Where one begins with the other, the shorter one reaches all that the longer one does.
  const known = [isReachedBy(had, has) ? null : had, isReachedBy(has, had) ? null : has]
  return {
    shape,
    mark: { kind: 'mark', model, shape: shape.id },
    whole: { kind: 'shape', model, shape: shape.id },
    known: known.filter((one) => one !== null),
  }
}

function isReachedBy(known: readonly KnownValue[] | null, other: readonly KnownValue[] | null): boolean {
  return (
    known !== null &&
    other !== null &&
    other.length < known.length &&
    other.every(({ pin }, i) => pin === known[i]!.pin)
  )
}

/** The values of the first fields, up to one that is not known. */
function knownValues({ fields }: Shape, known: Known): readonly KnownValue[] {
  const values: KnownValue[] = []
  for (const field of fields) {
    const { column, length } = partsOfField(field)
    const pin = known.get(column)
    if (pin === undefined) break
    values.push({ pin, number: parameterNumber(pin), length })
  }
  return values
}

function addTags({ shape, mark, whole, known }: Touch, bound: ParameterPins, tags: Tag[]): void {
  tags.push(mark)
  let last: string | null | undefined
  for (const values of known) {
    const pins = pinsOf(values, bound)
    const isAll = pins.length === 0 || (shape.isPending && pins.length < shape.fields.length)
    const text = isAll ? null : encodePins(pins)
    // What the row had it may have still.
    if (text !== last)
      tags.push(text === null ? whole : { kind: 'values', model: whole.model, shape: shape.id, values: text })
    last = text
  }
}

function pinsOf(values: readonly KnownValue[], bound: ParameterPins): readonly Pin[] {
  const pins: Pin[] = []
  for (const { pin: own, number, length } of values) {
    const pin = number === undefined ? own : bound.at(number)
    if (pin === undefined) break
    const isWhole = length === null || pin === null || pin === toldByResult
    pins.push(isWhole ? pin : firstCharacters(pin, length))
  }
  return pins
}

function hasOthers({ fields, columns }: Shape, known: ReadonlySet<string>): boolean {
  const isOther = (column: string) => !known.has(column)
  return columnsOfFields(fields).some(isOther) || (columns !== 'all' && columns.some(isOther))
}

function columnsOfFields(fields: Shape['fields']): readonly string[] {
  return fields.map((field) => partsOfField(field).column)
}

function meets(changed: RowEvent['changed'], columns: Shape['columns']): boolean {
  if (columns !== 'all') return changed === 'all' ? columns.length > 0 : columns.some((one) => changed.includes(one))
  return changed === 'all' || changed.length > 0
}
