import type { Columns } from './columns.ts'
import type { FieldType, RowType, RowTypes } from './result-types.ts'
import type { ValueForm } from './values.ts'

/** Makes of what was written what it was: a value, a row, or rows. Throws when it was written otherwise. */
export type ReadWritten = (written: unknown) => unknown

export interface RowReaderDeps {
  readonly types: RowTypes
  readonly forms: Readonly<Record<string, ValueForm>>
  /** Whether functions may be made of text: Node can be told not to. */
  readonly mayCompile: boolean
  /** Whether what was written stays as it is, to be read again: then nothing of it is handed out that a caller could change. */
  readonly isKept: boolean
}

/** Reads a row of these columns. Throws when the model has no such field. */
export function rowReader(columns: Columns, type: RowType, deps: RowReaderDeps): ReadWritten {
  const readers = fieldReaders(columns, type, deps)
  return deps.mayCompile ? compiledRow(readers) : loopingRow(readers)
}

/**
 * Reads rows that were written column by column: as many lists, and not one for each row. JSON of those is read in three quarters of the time.
 * Throws when the model has no such field.
 */
export function columnReader(columns: Columns, type: RowType, deps: RowReaderDeps): ReadWritten {
  const readers = fieldReaders(columns, type, deps)
  return deps.mayCompile ? compiledColumns(readers) : loopingColumns(readers)
}

/** Reads a field; `read` is `null` where what was written is the value. */
interface FieldReader {
  readonly name: string
  readonly read: ReadWritten | null
}

function fieldReaders(columns: Columns, type: RowType, deps: RowReaderDeps): readonly FieldReader[] {
  return columns.map(({ name, inner }) => {
    const field = type.get(name)
    if (!field) throw new TypeError('no such field')
    const one = itemReader(field.is, inner, deps)
    return { name, read: one && field.isList ? (written) => listOf(written).map((item) => orNull(item, one)) : one }
  })
}

function itemReader(is: FieldType['is'], inner: Columns | null, deps: RowReaderDeps): ReadWritten | null {
  if (typeof is === 'string') {
    if (inner !== null) throw new TypeError('no relation')
    const { read, copy } = deps.forms[is]!
    return (read ?? (deps.isKept && copy ? copy : null)) as ReadWritten | null
  }
  const related = deps.types(is.rowsOf)
  if (!related || inner === null) throw new TypeError('no such relation')
  return rowReader(inner, related, deps)
}

/**
 * One object literal for all columns: its rows share a hidden class, which takes half the time of setting key after key.
 *
 * The text holds nothing but positions, and names that are names of fields.
 */
function compiledRow(fields: readonly FieldReader[]): ReadWritten {
  return compiled(
    fields,
    `const row = listOf(written, ${fields.length}); return ${literalOf(fields, (i) => `row[${i}]`)}`,
  )
}

function compiledColumns(fields: readonly FieldReader[]): ReadWritten {
  const columns = fields.map((_, i) => `const column${i} = columns[${i}];`).join('')
  return compiled(
    fields,
    `const columns = listsOf(written, ${fields.length}); ${columns} const rows = [];
    for (let i = 0; i < column0.length; i += 1) rows.push(${literalOf(fields, (i) => `column${i}[i]`)});
    return rows`,
  )
}

function compiled(fields: readonly FieldReader[], body: string): ReadWritten {
  const used = fields.flatMap(({ read }, i) => (read ? [`const read${i} = fields[${i}].read;`] : [])).join('')
  const text = `${used} return (written) => { ${body} }`
  return new Function('fields', 'listOf', 'listsOf', text)(fields, listOf, listsOf) as ReadWritten
}

function literalOf(fields: readonly FieldReader[], at: (i: number) => string): string {
  const values = fields.map(({ name, read }, i) => {
    const value = read ? `${at(i)} === null ? null : read${i}(${at(i)})` : at(i)
    return `${JSON.stringify(name)}: ${value}`
  })
  return `{ ${values.join(', ')} }`
}

function loopingRow(fields: readonly FieldReader[]): ReadWritten {
  return (written) => {
    const values = listOf(written, fields.length)
    return madeOf(fields, (i) => values[i])
  }
}

function loopingColumns(fields: readonly FieldReader[]): ReadWritten {
  return (written) => {
    const columns = listsOf(written, fields.length)
    return columns[0]!.map((_, at) => madeOf(fields, (i) => columns[i]![at]))
  }
}

function madeOf(fields: readonly FieldReader[], valueAt: (i: number) => unknown): unknown {
  const row: Record<string, unknown> = {}
  for (const [i, { name, read }] of fields.entries()) row[name] = read ? orNull(valueAt(i), read) : valueAt(i)
  return row
}

function orNull(written: unknown, read: ReadWritten): unknown {
  return written === null ? null : read(written)
}

function listOf(written: unknown, length?: number): readonly unknown[] {
  if (!Array.isArray(written) || (length !== undefined && written.length !== length)) throw new TypeError('not a list')
  return written
}

/** As many columns, one at least, all as long. */
function listsOf(written: unknown, length: number): readonly (readonly unknown[])[] {
  const [first, ...others] = listOf(written, length)
  const rows = listOf(first).length
  for (const other of others) listOf(other, rows)
  return written as readonly (readonly unknown[])[]
}

/** Whether this process may make functions of text. */
export function mayCompileText(): boolean {
  try {
    return new Function('return true')() === true
  } catch {
    return false
  }
}
