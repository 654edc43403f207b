import type { RowType, RowTypes } from './result-types.ts'
import { unfit, type ValueForm } from './values.ts'

/** The keys of a row in their order; a relation has the columns of its own rows: `isbn,title,shelf(room,row)`. */
export type Columns = readonly Column[]

export interface Column {
  readonly name: string
  /** Of a relation; else `null`. */
  readonly inner: Columns | null
}

export type Row = Readonly<Record<string, unknown>>

/** Results are trees; what goes deeper may be a cycle. */
const depthMax = 32

/**
 * The columns that all rows have in common, as the first one tells; {@link unfit} when it has a key that the model does not.
 *
 * A relation that no row has anything of has no columns.
 */
export function columnsOf(rows: readonly unknown[], type: RowType, types: RowTypes, depth = 0): Columns | typeof unfit {
  const [first] = rows
  if (first === undefined) return []
  if (!isPlainObject(first) || depth > depthMax) return unfit
  const columns: Column[] = []
  for (const name of Object.keys(first)) {
    const field = type.get(name)
    if (!field || !isName(name)) return unfit
    if (typeof field.is === 'string') columns.push({ name, inner: null })
    else {
      const related = types(field.is.rowsOf)
      const inner = related
        ? columnsOf(
            rows.flatMap((row) => relatedRows(row, name)),
            related,
            types,
            depth + 1,
          )
        : unfit
      if (inner === unfit) return unfit
      columns.push({ name, inner })
    }
  }
  return columns
}

function relatedRows(row: unknown, name: string): readonly unknown[] {
  const value = isPlainObject(row) ? row[name] : null
  return Array.isArray(value) ? value : value === null || value === undefined ? [] : [value]
}

/** A row as the list of its values; {@link unfit} when its keys are others, or a value is not what the model says. */
export function writeRow(
  row: unknown,
  columns: Columns,
  type: RowType,
  { types, forms }: { readonly types: RowTypes; readonly forms: Readonly<Record<string, ValueForm>> },
): readonly unknown[] | typeof unfit {
  if (!isPlainObject(row)) return unfit
  const keys = Object.keys(row)
  if (keys.length !== columns.length) return unfit
  const written: unknown[] = []
  for (let i = 0; i < columns.length; i += 1) {
    const { name, inner } = columns[i]!
    const field = type.get(name)
    if (keys[i] !== name || !field) return unfit
    const write =
      typeof field.is === 'string'
        ? forms[field.is]!.write
        : (one: unknown) => writeRow(one, inner!, types((field.is as { rowsOf: string }).rowsOf)!, { types, forms })
    const value = row[name]
    const item = value === null ? null : field.isList ? writeList(value, write) : write(value)
    if (item === unfit) return unfit
    written.push(item)
  }
  return written
}

/** Every item, of which some may be `null`; {@link unfit} when one is, or when there are holes. */
export function writeList(value: unknown, write: (item: unknown) => unknown): readonly unknown[] | typeof unfit {
  if (!Array.isArray(value) || Object.keys(value).length !== value.length) return unfit
  const written: unknown[] = []
  for (const one of value) {
    const item = one === null ? null : write(one)
    if (item === unfit) return unfit
    written.push(item)
  }
  return written
}

/** The values of each column, of rows as {@link writeRow} wrote them; `null` where that is not shorter, or a row is `null`. */
export function byColumns(rows: readonly unknown[], columns: number): readonly (readonly unknown[])[] | null {
  if (columns === 0 || rows.length <= columns || rows.includes(null)) return null
  return Array.from({ length: columns }, (_, i) => rows.map((row) => (row as readonly unknown[])[i]))
}

export function formatColumns(columns: Columns): string {
  return columns.map(({ name, inner }) => (inner ? `${name}(${formatColumns(inner)})` : name)).join(',')
}

/** @throws TypeError when the text is not what {@link formatColumns} makes. */
export function parseColumns(text: string): Columns {
  const tokens = text.match(/\w+|[(),]/g) ?? []
  let at = 0
  function list(): Columns {
    const columns: Column[] = []
    while (isName(tokens[at] ?? '')) {
      const name = tokens[at++]!
      let inner: Columns | null = null
      if (tokens[at] === '(') {
        at += 1
        inner = list()
        if (tokens[at++] !== ')') throw new TypeError('a parenthesis is not closed')
      }
      columns.push({ name, inner })
      if (tokens[at] === ',') at += 1
    }
    return columns
  }
  const columns = list()
  if (formatColumns(columns) !== text) throw new TypeError('not columns')
  return columns
}

/** Names of fields in Prisma; what else might be a key is written otherwise. */
function isName(text: string): boolean {
  return /^\w+$/.test(text) && text !== '__proto__'
}

function isPlainObject(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
}
