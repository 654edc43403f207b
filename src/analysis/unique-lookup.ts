import { encodePins, makeShape, type Pin, type Shape, type Tag, tagsOfUse, type ValuesTag } from '../core/tags.ts'
import { NamedValues } from '../core/values-name.ts'
import { columnOf, type DataModel, type Field, type Model, type Unique } from './data-model.ts'
import { type ParameterPins, parameterNumber } from './equality/parameter.ts'
import { pinOf } from './equality/pin.ts'
import { isNode } from './reads/node.ts'

/** The question for the one row of a model that has these values in a unique key: `where: { id: 5 }`. */
export interface UniqueLookup {
  readonly model: string
  /** As it was asked, or might be. */
  readonly where: Readonly<Record<string, unknown>>
  readonly unique: Unique
  /** That of a query which pins the key, and to which every column matters. */
  readonly shape: Shape
  /** In the order of the shape's fields. */
  readonly pins: readonly Pin[]
  readonly values: ValuesTag
  /** Columns of the key with their values: the same for all spellings of one question. */
  readonly name: string
}

/** What an answer to the lookup depends on, beside the model's root. */
export function tagsOfLookup({ model, shape, pins }: UniqueLookup): readonly Tag[] {
  return tagsOfUse(model, { shape, values: [pins] })
}

/**
 * The lookup that a `where` is; `null` if it asks for anything but the values of one unique key, or for values that are not told
 * apart surely. Prisma refuses some of what would select the same row, so it is not answered from what others asked for.
 */
export function lookupOfWhere(
  dataModel: DataModel,
  model: Model,
  where: unknown,
  shapeOf: ShapeOf = shapeOfUnique,
): UniqueLookup | null {
  if (!isNode(where)) return null
  const [name, ...more] = Object.keys(where)
  const unique = model.uniques.find((one) => one.name === name)
  if (!unique || more.length > 0) return null
  const isCompound = unique.fields.length > 1
  const values = isCompound ? where[unique.name] : where
  if (!isNode(values) || (isCompound && Object.keys(values).length !== unique.fields.length)) return null
  const pin = (field: string) => pinOfGiven(dataModel, model.fields.get(field), values[field])
  return makeLookup(model, unique, { pin, where, shapeOf })
}

function pinOfGiven(dataModel: DataModel, field: Field | undefined, value: unknown): Pin | undefined {
  if (!field || isNode(value) || (typeof value === 'bigint' && field.type !== 'BigInt')) return undefined
  return pinOf(dataModel, field, value)
}

/** Every lookup that finds this row; those are left out whose values are not told apart surely. */
export function lookupsOfRow(
  dataModel: DataModel,
  model: Model,
  row: Readonly<Record<string, unknown>>,
  shapeOf: ShapeOf = shapeOfUnique,
): readonly UniqueLookup[] {
  const pin = (name: string) => {
    const field = model.fields.get(name)
    return field && isReturnedWhole(field) ? pinOf(dataModel, field, row[name]) : undefined
  }
  return model.uniques.flatMap(
    (unique) => makeLookup(model, unique, { pin, where: whereOf(unique, row), shapeOf }) ?? [],
  )
}

/** As the row would be asked for by the key. */
export function whereOf({ name, fields }: Unique, row: Readonly<Record<string, unknown>>) {
  const values = Object.fromEntries(fields.map((field) => [field, row[field]]))
  return fields.length === 1 ? values : { [name]: values }
}

/** Not of a time whose microseconds the client cannot hold: the row is not found by what it returns. */
function isReturnedWhole({ type, nativeType }: Field): boolean {
  return (
    type !== 'DateTime' || nativeType === null || nativeType.name === 'Date' || Number(nativeType.args[0] ?? 6) <= 3
  )
}

/** Every lookup that asks for a row of which these columns are known. */
export function lookupsOfKnown(model: Model, known: ReadonlyMap<string, Pin>): readonly UniqueLookup[] {
  const pin = (name: string) => known.get(columnOf(model, name))
  return model.uniques.flatMap((unique) => makeLookup(model, unique, { pin, where: {}, shapeOf: shapeOfUnique }) ?? [])
}

/** A lookup with parameters in the place of pins, with these in the place of parameters. */
export function boundLookup(lookup: UniqueLookup, given: ParameterPins): UniqueLookup {
  const pins = lookup.pins.map((pin) => {
    const number = parameterNumber(pin)
    return number === undefined ? pin : given.at(number)!
  })
  return { ...lookup, pins, ...valuesOf(lookup.model, lookup.shape, encodePins(pins)) }
}

/** {@link shapeOfUnique}, or {@link shapeOfPendingRow}. */
type ShapeOf = (model: Model, unique: Unique) => Shape

interface Making {
  readonly pin: (field: string) => Pin | undefined
  readonly where: UniqueLookup['where']
  readonly shapeOf: ShapeOf
}

/** A key with NULL in it is none. */
function makeLookup(model: Model, unique: Unique, { pin, where, shapeOf }: Making): UniqueLookup | null {
  const pins = unique.fields.map(pin)
  if (!pins.every((pin) => typeof pin === 'string')) return null
  const shape = shapeOf(model, unique)
  return {
    model: model.name,
    where,
    unique,
    shape,
    pins,
    ...valuesOf(model.name, shape, encodePins(pins)),
  }
}

/** The kind of queries that a lookup by this key belongs to. */
export function shapeOfUnique(model: Model, unique: Unique): Shape {
  return shapesOf(model, unique).plain
}

/** {@link shapeOfUnique} of a lookup whose accepted writes are part of the answer. */
export function shapeOfPendingRow(model: Model, unique: Unique): Shape {
  return shapesOf(model, unique).pending
}

const shapes = new WeakMap<Unique, { readonly plain: Shape; readonly pending: Shape }>()

/** Every lookup needs one. */
function shapesOf(model: Model, unique: Unique) {
  let found = shapes.get(unique)
  if (!found) {
    const columns = unique.fields.map((name) => columnOf(model, name))
    found = { plain: makeShape(columns, 'all'), pending: makeShape(columns, 'all', { isPending: true }) }
    shapes.set(unique, found)
  }
  return found
}

function valuesOf(model: string, { id: shape }: Shape, values: string): Pick<UniqueLookup, 'values' | 'name'> {
  return { values: new NamedValues(model, shape, values), name: `${shape} ${values}` }
}
