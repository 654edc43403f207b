import type { Columns } from './columns.ts'
import type { FieldType, RowType, RowTypes } from './result-types.ts'
import type { ValueForm } from './values.ts'

/** Makes a row of the list of its values. Throws when that is not what was written. */
export type ReadRow = (written: unknown) => unknown

export interface RowReaderDeps {
  readonly types: RowTypes
  readonly forms: Readonly<Record<string, ValueForm>>
  /** Whether functions may be made of text: Node can be told not to. */
  readonly mayCompile: boolean
}

/** Reads rows of these columns. Throws when the model has no such field. */
export function rowReader(columns: Columns, type: RowType, deps: RowReaderDeps): ReadRow {
  const names = columns.map(({ name }) => name)
  const readers = columns.map(({ name, inner }) => {
    const field = type.get(name)
    if (!field) throw new TypeError('no such field')
    const one = itemReader(field.is, inner, deps)
    return one && field.isList ? (written: unknown) => listOf(written).map((item) => orNull(item, one)) : one
  })
  return deps.mayCompile ? compiled(names, readers) : looping(names, readers)
}

function itemReader(is: FieldType['is'], inner: Columns | null, deps: RowReaderDeps): ReadRow | null {
  if (typeof is === 'string') {
    if (inner !== null) throw new TypeError('no relation')
    return deps.forms[is]!.read as ReadRow | null
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
function compiled(names: readonly string[], readers: readonly (ReadRow | null)[]): ReadRow {
  const values = names.map((name, i) => `${JSON.stringify(name)}: ${readers[i] ? orNullText(i) : `row[${i}]`}`)
  const used = readers.flatMap((read, i) => (read ? [`const read${i} = readers[${i}];`] : []))
  const text = `${used.join('')} return (written) => { const row = listOf(written, ${names.length}); return { ${values.join(', ')} } }`
  return new Function('readers', 'listOf', text)(readers, listOf) as ReadRow
}

function orNullText(i: number): string {
  return `row[${i}] === null ? null : read${i}(row[${i}])`
}

function looping(names: readonly string[], readers: readonly (ReadRow | null)[]): ReadRow {
  return (written) => {
    const values = listOf(written, names.length)
    const row: Record<string, unknown> = {}
    for (const [i, name] of names.entries()) {
      const read = readers[i]
      row[name] = read ? orNull(values[i], read) : values[i]
    }
    return row
  }
}

function orNull(written: unknown, read: ReadRow): unknown {
  return written === null ? null : read(written)
}

function listOf(written: unknown, length?: number): readonly unknown[] {
  if (!Array.isArray(written) || (length !== undefined && written.length !== length)) throw new TypeError('not a list')
  return written
}

/** Whether this process may make functions of text. */
export function mayCompileText(): boolean {
  try {
    return new Function('return true')() === true
  } catch {
    return false
  }
}
