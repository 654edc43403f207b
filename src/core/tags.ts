/**
 * The vocabulary of invalidation: what a cached result depends on, and what a write touches.
 *
 * A *shape* describes a kind of query on one model; a *tag* names something whose stamp can change; a *dependency* is
 * everything one query depends on in one model.
 *
 * Shapes name columns as the database does, not fields as the client does: while a field is being renamed, the processes of
 * both releases understand each other.
 */

/** Columns whose change can alter an answer: a list, or `'all'` when they are not known. */
export type Columns = 'all' | readonly string[]

/**
 * A kind of query on one model: the columns that its `where` pins by equality, and the columns that matter to it.
 *
 * A lookup by id is `{ fields: ['id'], columns: ... }`; a list without a usable filter is `{ fields: [], ... }`.
 */
export interface Shape {
  /** Text made from the rest alone, so that every process gives a shape the same name: `id|*`. */
  readonly id: string
  /**
   * Columns, or the first characters of one: `name^2`. In the order in which they are told apart: those that change least come
   * first.
   */
  readonly fields: readonly string[]
  /** Sorted, and without those in `fields`, which always matter. */
  readonly columns: Columns
  /**
   * Whether only the values that a row has *after* a write matter: its queries depend on each row that they show by its key
   * too, so that they need not know what a row had that leaves them.
   */
  readonly isEntering: boolean
  /** Whether its queries ask for one row whose accepted writes are part of the answer: bringing them into the database changes none. */
  readonly isPending: boolean
}

/**
 * A value that a column is pinned to, as text that is equal for two values exactly when the database holds them for equal;
 * `null` for NULL.
 */
export type Pin = string | null

/** The first characters of a column, as what a shape pins: `name^2`. */
export function prefixField(column: string, length: number): string {
  return `${column}^${length}`
}

/** What a field of a shape is made of; without a length it is the whole column. */
export function partsOfField(field: string): { readonly column: string; readonly length: number | null } {
  const at = field.lastIndexOf('^')
  return at < 0 ? { column: field, length: null } : { column: field.slice(0, at), length: Number(field.slice(at + 1)) }
}

/** The first characters of a text, counted as the database counts them. */
export function firstCharacters(text: string, length: number): string {
  return Array.from(text).slice(0, length).join('')
}

/** What one query depends on in one model. It always depends on the model's root tag too. */
export interface Dependency {
  readonly model: string
  readonly uses: readonly ShapeUse[]
}

/** A shape, and the values its fields are pinned to. */
export interface ShapeUse {
  readonly shape: Shape
  /** One list per combination, in the order of `shape.fields`; several for `in` and `OR`. Empty when the shape pins nothing. */
  readonly values: readonly (readonly Pin[])[]
}

/**
 * Something a write may touch.
 *
 * - `root`    everything that reads the model.
 * - `shape`   every query of a shape.
 * - `values`  the queries of a shape whose first fields are pinned to these values.
 * - `mark`    nobody depends on it; it tells whether anything of a shape was touched since it was obtained.
 */
export type Tag =
  | { readonly kind: 'root'; readonly model: string }
  | { readonly kind: 'shape'; readonly model: string; readonly shape: string }
  | { readonly kind: 'mark'; readonly model: string; readonly shape: string }
  | ValuesTag

export interface ValuesTag {
  readonly kind: 'values'
  readonly model: string
  readonly shape: string
  readonly values: string
}

export function makeShape(
  fields: readonly string[],
  columns: Columns,
  { isEntering = false, isPending = false } = {},
): Shape {
  const others = columns === 'all' ? columns : [...new Set(columns)].filter((one) => !fields.includes(one)).sort()
  const text = others === 'all' ? '*' : others.map(encodeName).join(',')
  const id = `${isEntering ? entering : ''}${isPending ? pending : ''}${fields.map(encodeName).join(',')}|${text}`
  return { id, fields, columns: others, isEntering, isPending }
}

/** They begin the id of a shape of that kind; no name of a column does. */
const entering = '+'
const pending = '='

/** The shape back from its {@link Shape.id}. A text that somebody else wrote is a shape that every write touches as a whole. */
export function parseShape(id: string): Shape {
  const isEntering = id.startsWith(entering)
  const isPending = id.startsWith(pending)
  const [fields = '', columns = ''] = id.slice(isEntering || isPending ? 1 : 0).split('|')
  const list = (text: string) => (text === '' ? [] : text.split(',').map(decodeURIComponent))
  try {
    return { id, fields: list(fields), columns: columns === '*' ? 'all' : list(columns), isEntering, isPending }
  } catch {
    return { id, fields: [], columns: 'all', isEntering: false, isPending: false }
  }
}

/** The text of some pinned values in a tag: `["12",null]`. */
export function encodePins(pins: readonly Pin[]): string {
  return JSON.stringify(pins)
}

/**
 * The tags of a use, besides the model's root: of its shape, and of each combination of values the first, the first two, and so
 * on. A write that does not know all values touches the tag of those that it does know; of a pending shape it touches all queries.
 */
export function tagsOfUse(model: string, { shape, values }: ShapeUse): Tag[] {
  const tags: Tag[] = [{ kind: 'shape', model, shape: shape.id }]
  const texts = new Set<string>()
  for (const pins of values) {
    const from = shape.isPending ? pins.length : 1
    for (let count = from; count <= pins.length; count += 1) {
      const text = encodePins(count === pins.length ? pins : pins.slice(0, count))
      if (texts.size === texts.add(text).size) continue
      tags.push({ kind: 'values', model, shape: shape.id, values: text })
    }
  }
  return tags
}

/** A column may have any name; in the id of a shape it has no spaces, commas and bars. */
function encodeName(name: string): string {
  return /^\w+$/.test(name) ? name : encodeURIComponent(name).replace(/[!'()*~]/g, percentCode)
}

function percentCode(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`
}
