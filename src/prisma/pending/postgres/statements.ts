import type { Field, Model } from '../../../analysis/data-model.ts'
import type { RowUpdate, Wave } from '../../../analysis/pending/coalesce.ts'
import type { Change, Row } from '../../../analysis/pending/pending-write.ts'
import { arrayLiteral, type ElementOf } from './text-of.ts'

/** A model, and how its values reach its columns. */
export interface Target {
  readonly model: Model
  /** `"public"."posts"`. */
  readonly table: string
  readonly columns: ReadonlyMap<string, Column>
}

export interface Column {
  readonly field: Field
  /** Quoted. */
  readonly name: string
  readonly type: string
  readonly elementOf: ElementOf
}

export interface Statement {
  /** @param condition on which it writes anything. */
  readonly sql: (condition?: string) => string
  /** Of each column its values, as one array literal: text is what crosses every driver as it is. */
  readonly values: readonly string[]
  readonly kind: 'create' | 'update' | 'delete'
  /** How many rows it concerns. */
  readonly rows: number
}

/**
 * The statements of a wave: one per kind of write and set of columns, however many rows there are.
 *
 * Equal sets of columns make equal SQL, so that whoever caches plans by text can.
 */
export function statementsOf(target: Target, { creates, updates, deletes }: Wave): Statement[] {
  return [
    ...grouped(creates, (row) => namesOf(row).join()).map((rows) => insertOf(target, rows)),
    ...grouped(updates, signatureOf).flatMap((rows) => updateOf(target, rows)),
    ...(deletes.length > 0 ? [deleteOf(target, deletes)] : []),
  ]
}

function insertOf(target: Target, rows: readonly Row[]): Statement {
  const columns = namesOf(rows[0]!).flatMap((name) => target.columns.get(name) ?? [])
  const into = columns.map(({ name }) => name).join(', ')
  const values = columns.map(({ field, elementOf }) => arrayLiteral(rows, (row) => elementOf(row[field.name])))
  const sql = (condition?: string) =>
    `INSERT INTO ${target.table} (${into}) SELECT ${columns.map(cell).join(', ')} FROM ${unnest(columns)}${condition === undefined ? '' : ` WHERE ${condition}`}`
  return { sql, values, kind: 'create', rows: rows.length }
}

function updateOf(target: Target, updates: readonly RowUpdate[]): Statement[] {
  const id = idColumns(target)
  const changes = Object.entries(updates[0]!.changes).flatMap(([field, { op }]) => {
    const column = target.columns.get(field)
    return column ? [{ column, op }] : []
  })
  if (changes.length === 0) return []
  const sets = changes.map(({ column, op }, i) => `${column.name} = ${changed(column, op, id.length + i)}`)
  const values = [
    ...id.map(({ field, elementOf }) => arrayLiteral(updates, (update) => elementOf(update.id[field.name]))),
    ...changes.map(({ column: { field, elementOf } }) =>
      arrayLiteral(updates, (update) => elementOf(update.changes[field.name]!.value)),
    ),
  ]
  const from = unnest([...id, ...changes.map(({ column }) => column)])
  const sql = (condition?: string) =>
    `UPDATE ${target.table} AS t SET ${sets.join(', ')} FROM ${from} WHERE ${sameId(id)}${amongIds(id)}${and(condition)}`
  return [{ sql, values, kind: 'update', rows: updates.length }]
}

function deleteOf(target: Target, ids: readonly Row[]): Statement {
  const id = idColumns(target)
  const values = id.map(({ field, elementOf }) => arrayLiteral(ids, (row) => elementOf(row[field.name])))
  const sql = (condition?: string) =>
    `DELETE FROM ${target.table} AS t USING ${unnest(id)} WHERE ${sameId(id)}${amongIds(id)}${and(condition)}`
  return { sql, values, kind: 'delete', rows: ids.length }
}

/** The operators are those of Prisma: its `divide` cuts integers, its `push` makes a list of NULL. */
const operators = { increment: '+', decrement: '-', multiply: '*', divide: '/', push: '||' } as const

function changed(column: Column, op: Change['op'], i: number): string {
  return op === 'set' ? cell(column, i) : `t.${column.name} ${operators[op]} ${cell(column, i)}`
}

/** A list arrives as text, for `unnest` would take arrays of arrays apart. */
function cell({ type, field }: Column, i: number): string {
  return field.isList ? `r.c${i}::${type}` : `r.c${i}`
}

function sameId(id: readonly Column[]): string {
  return id.map((column, i) => `t.${column.name} = ${cell(column, i)}`).join(' AND ')
}

/**
 * Says the same once more of an id of one column, which comes first among the parameters: to be looked up in its index. In tables of some ten
 * thousand rows PostgreSQL 15 otherwise hashes all of them for the join: 500 of 50,000 rows take 4 ms, not 11. From 100,000 rows on it takes 0.8 to
 * 1.2 of the time. As a subselect, so that it does not weigh each of the ids first, and then reads the whole table for 300 of 10,000: a flush of
 * those takes 0.94 of the time. Not of more columns, whose every combination it may look for.
 */
function amongIds([only, ...others]: readonly Column[]): string {
  return only && others.length === 0 ? ` AND t.${only.name} = ANY ((SELECT $1::${only.type}[])::${only.type}[])` : ''
}

function and(condition: string | undefined): string {
  return condition === undefined ? '' : ` AND ${condition}`
}

function unnest(columns: readonly Column[]): string {
  const arrays = columns.map(({ type, field }, i) => `$${i + 1}::${field.isList ? 'text' : type}[]`)
  return `unnest(${arrays.join(', ')}) AS r(${columns.map((_, i) => `c${i}`).join(', ')})`
}

function idColumns({ model, columns }: Target): readonly Column[] {
  return model.idFields.map((name) => columns.get(name)!)
}

/** A field that a row lacks is left to the default of the database. */
function namesOf(row: Row): readonly string[] {
  return Object.keys(row).filter((name) => row[name] !== undefined)
}

function signatureOf({ changes }: RowUpdate): string {
  let signature = ''
  for (const name in changes) signature += `${name}:${changes[name]!.op},`
  return signature
}

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const key = keyOf(item)
    const group = groups.get(key)
    if (group) group.push(item)
    else groups.set(key, [item])
  }
  return [...groups.values()]
}
