import { type Pin, type Shape, type Tag, tagsOfUse } from '../../core/tags.ts'
import type { DataModel, Field } from '../data-model.ts'
import { pinOf } from '../equality/pin.ts'
import { valuesMax } from './rows.ts'

/**
 * A dependency on rows whose pins only the result tells: the posts of the users that a list shows.
 *
 * The shape is known before, and so are its stamp and its mark.
 */
export interface LateUse {
  readonly model: string
  readonly shape: Shape
  /** What to depend on when the values are too many or cannot be told: the same columns, and nothing pinned. */
  readonly coarser: Shape
  /** Where in the result the rows are that hold the keys. */
  readonly path: readonly string[]
  /** For each row there, one combination of values per list: taken from a field of the row, or the same for all. */
  readonly pins: readonly (readonly Slot[])[]
}

export type Slot = { readonly field: Field } | { readonly pin: Pin }

/** At most this many tags are told by one result; past that the largest uses depend on what is coarser. */
export const lateTagsMax = 128

/** The tags that a result tells, and the marks by which it is known that they were not touched meanwhile. */
export function lateTagsOf(
  dataModel: DataModel,
  uses: readonly LateUse[],
  result: unknown,
): { readonly tags: readonly Tag[]; readonly marks: readonly Tag[] } {
  const found = uses.map((use) => ({ use, tags: tagsOf(dataModel, use, result) })).filter(({ tags }) => tags.length > 0)
  const count = () => found.reduce((total, { tags }) => total + tags.length, 0)
  const bySize = [...found].sort((one, other) => other.tags.length - one.tags.length)
  for (const one of bySize) if (count() > lateTagsMax) one.tags = coarserTags(one.use)
  return {
    tags: found.flatMap(({ tags }) => tags),
    marks: found.map(({ use: { model, shape } }) => ({ kind: 'mark', model, shape: shape.id })),
  }
}

function tagsOf(dataModel: DataModel, use: LateUse, result: unknown): Tag[] {
  const { model, shape } = use
  const values = valuesOf(dataModel, use, result)
  if (values === 'unknown') return coarserTags(use)
  // The tag of the shape was obtained before.
  return tagsOfUse(model, { shape, values }).filter((tag) => tag.kind === 'values')
}

function coarserTags({ model, coarser }: LateUse): Tag[] {
  return [{ kind: 'shape', model, shape: coarser.id }]
}

/** The combinations of values in a result; `'unknown'` when a row does not tell, or there are more than any query may have. */
function valuesOf(dataModel: DataModel, use: LateUse, result: unknown): (readonly Pin[])[] | 'unknown' {
  const found = new Map<string, readonly Pin[]>()
  for (const row of rowsAt(result, use.path)) {
    for (const slots of use.pins) {
      const values = slots.map((slot) =>
        'pin' in slot ? slot.pin : pinOf(dataModel, slot.field, valueIn(row, slot.field)),
      )
      if (values.includes(undefined)) return 'unknown'
      // A key that is NULL leads nowhere.
      if (slots.some((slot, i) => 'field' in slot && values[i] === null)) continue
      found.set(JSON.stringify(values), values as Pin[])
      if (found.size > valuesMax) return 'unknown'
    }
  }
  return [...found.values()]
}

/** The rows that a path leads to, through lists and single rows; what is `null` on the way leads nowhere. */
export function rowsAt(result: unknown, path: readonly string[]): readonly object[] {
  let rows = objectsIn([result])
  for (const key of path) rows = objectsIn(rows.map((row) => (row as Readonly<Record<string, unknown>>)[key]))
  return rows
}

function objectsIn(values: readonly unknown[]): object[] {
  return values.flat().filter((value) => typeof value === 'object' && value !== null)
}

function valueIn(row: object, { name }: Field): unknown {
  return (row as Readonly<Record<string, unknown>>)[name]
}
