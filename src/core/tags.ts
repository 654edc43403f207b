/**
 * The vocabulary of invalidation: what a cached result depends on, and what a write touches.
 *
 * A *shape* describes a kind of query on one model; a *tag* names something whose stamp can change; a *dependency* is
 * everything one query depends on in one model.
 */

/** Columns whose change can alter an answer: a list, or `'all'` when they are not known. */
export type Columns = 'all' | readonly string[]

/**
 * A kind of query on one model: the fields that its `where` pins by equality, and the columns that matter to it.
 *
 * A lookup by id is `{ fields: ['id'], columns: ... }`; a list without a usable filter is `{ fields: [], ... }`.
 */
export interface Shape {
  /** Text made from `fields` and `columns` alone, so that every process gives a shape the same name: `id|*`. */
  readonly id: string
  /** Sorted. */
  readonly fields: readonly string[]
  readonly columns: Columns
}

/** What one query depends on in one model. It always depends on the model's root tag too. */
export interface Dependency {
  readonly model: string
  readonly uses: readonly ShapeUse[]
}

/** A shape, and the values its fields are pinned to. */
export interface ShapeUse {
  readonly shape: Shape
  /** The pinned values, encoded in the order of `shape.fields`; several for `in` and `OR`. Empty when the shape pins nothing. */
  readonly values: readonly string[]
}

/** Something a write may touch. `user` tags are the ones that users name themselves. */
export type Tag =
  | { readonly kind: 'root'; readonly model: string }
  | { readonly kind: 'shape'; readonly model: string; readonly shape: string }
  | { readonly kind: 'values'; readonly model: string; readonly shape: string; readonly values: string }

export function makeShape(fields: readonly string[], columns: Columns): Shape {
  const sorted = [...new Set(fields)].sort()
  const sortedColumns = columns === 'all' ? columns : [...new Set(columns)].sort()
  return {
    id: `${sorted.join(',')}|${sortedColumns === 'all' ? '*' : sortedColumns.join(',')}`,
    fields: sorted,
    columns: sortedColumns,
  }
}

/** The shape back from its {@link Shape.id}. */
export function parseShape(id: string): Shape {
  const bar = id.indexOf('|')
  const list = (text: string) => (text === '' ? [] : text.split(','))
  const columns = id.slice(bar + 1)
  return { id, fields: list(id.slice(0, bar)), columns: columns === '*' ? 'all' : list(columns) }
}
