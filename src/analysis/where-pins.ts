import type { DataModel, Model, Unique } from './data-model.ts'
import { pinnedValue } from './pin.ts'

/** The pinned values of a unique key in a `where` (only its top level is read), or `undefined` when one is missing. */
export function pinsOfUnique(
  dataModel: DataModel,
  model: Model,
  unique: Unique,
  where: unknown,
): ReadonlyMap<string, string> | undefined {
  const given = property(where, unique.name)
  const single = unique.fields.length === 1 ? unique.fields[0] : undefined
  // `where: { email }` for one field, `where: { orgId_slug: { orgId, slug } }` for several or a named key.
  const holder = single !== undefined && single === unique.name ? where : given
  const pins = new Map<string, string>()
  for (const name of unique.fields) {
    const field = model.fields.get(name)
    const text = field && pinnedValue(dataModel, field, property(holder, name))
    if (text === undefined) return undefined
    pins.set(name, text)
  }
  return pins
}

/**
 * The values that every written row is certain to have had when it was written: those of the id in the `where`.
 *
 * Other keys in a `where` do not count. The client may look the row up by them first and write it by its id later, and
 * another writer can change them in between.
 */
export function pinsOfId(dataModel: DataModel, model: Model, where: unknown): ReadonlyMap<string, string> {
  const pins = new Map<string, string>()
  for (const name of model.idFields) {
    const field = model.fields.get(name)
    const text = field && pinnedValue(dataModel, field, property(where, name))
    if (text !== undefined) pins.set(name, text)
  }
  const id = model.uniques.find((unique) => unique.fields === model.idFields)
  return new Map([...pins, ...((id && pinsOfUnique(dataModel, model, id, where)) ?? [])])
}

/** A property of something that may not be an object. */
export function property(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  return (value as Readonly<Record<string, unknown>>)[name]
}
