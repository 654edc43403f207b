/**
 * The rows of the load: cities by country, which are only invalidated (cache-aside), and posts by author, which are stored
 * anew with each write (write-through). The column `views` counts the writes of a row: it is its version.
 */
export interface Row {
  readonly model: RowModel
  readonly id: number
}

export const rowModels = ['City', 'Post'] as const
export type RowModel = (typeof rowModels)[number]

/** Countries, and as many authors. */
export const groups = 10
export const rowsPerGroup = 10
/** Cities, and posts, after all others, which no load asks for. */
export const spareRows = 10

/** `City/17`, as it stands in the log. */
export function nameOfRow({ model, id }: Row): string {
  return `${model}/${id}`
}

/** A row that no load asks for, counted from 0. */
export function spareRow(model: RowModel, at: number): Row {
  return { model, id: groups * rowsPerGroup + at }
}
