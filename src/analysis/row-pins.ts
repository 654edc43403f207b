import type { DataModel, Model } from './data-model.ts'
import { pinnedValue } from './pin.ts'
import { property } from './where-pins.ts'

/** The values that the `data` of a create sets by itself. */
export function pinsOfData(dataModel: DataModel, model: Model, data: unknown): ReadonlyMap<string, string> {
  const pins = new Map<string, string>()
  for (const field of model.fields.values()) {
    const text = pinnedValue(dataModel, field, property(data, field.name))
    if (text !== undefined && !field.isComputed) pins.set(field.name, text)
  }
  return pins
}

/**
 * The values of a row that a write returned. Nothing, if the row lacks what the `select` asked for: then it is not the row.
 *
 * A field that was not asked for is not read, because an extension may have added something of that name.
 */
export function pinsOfRow(
  dataModel: DataModel,
  model: Model,
  args: unknown,
  row: unknown,
): ReadonlyMap<string, string> {
  const pins = new Map<string, string>()
  if (typeof row !== 'object' || row === null || Array.isArray(row)) return pins
  const select = property(args, 'select')
  for (const field of model.fields.values()) {
    const isSelected = !isObject(select) || Boolean(select[field.name])
    if (!isSelected) continue
    if (isObject(select) && !(field.name in row)) return new Map()
    const text = pinnedValue(dataModel, field, property(row, field.name))
    if (text !== undefined) pins.set(field.name, text)
  }
  return pins
}

/**
 * Whether the row that a delete returned is certainly the row deleted, with the values it had then.
 *
 * It is when one statement did both (`DELETE ... RETURNING`). A delete that also returns relations reads the row first, and
 * another writer can change it in between.
 */
export function deletedRowIsCertain({ provider }: DataModel, model: Model, args: unknown): boolean {
  if (!deletesReturning.has(provider)) return false
  if (property(args, 'include') !== undefined) return false
  const select = property(args, 'select')
  return !isObject(select) || Object.keys(select).every((name) => model.fields.get(name)?.relation === null)
}

/** Both, except fields on which they differ: something between here and the database changed them. */
export function merge(
  left: ReadonlyMap<string, string>,
  right: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const both = new Map([...left, ...right])
  for (const [field, text] of left) if (right.has(field) && right.get(field) !== text) both.delete(field)
  return both
}

const deletesReturning: ReadonlySet<string> = new Set(['postgresql', 'postgres', 'cockroachdb', 'sqlite'])

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
