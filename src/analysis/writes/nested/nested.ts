import type { DataModel, Field, Model, Relation } from '../../data-model.ts'
import { isNode, type Node } from '../../reads/node.ts'
import type { Known, RowEvent } from '../row-event.ts'

/** The row whose `data` is read. */
export interface WrittenRow {
  readonly model: Model
  /** What it certainly holds while its related rows are written. */
  readonly known: Known
  /** Whether it did not exist before. */
  readonly isNew: boolean
  /** Whether its own row was written first: nobody else can change it until the end. */
  readonly isLocked: boolean
}

/** One relation in a `data`, and the row that it belongs to. */
export interface Nested {
  readonly dataModel: DataModel
  readonly row: WrittenRow
  readonly field: Field
  readonly relation: Relation
  readonly target: Model
}

/** What one operation on a relation does, and the rows whose own `data` is to be read next. */
export interface NestedResult {
  readonly events: readonly RowEvent[]
  readonly rows: readonly { readonly row: WrittenRow; readonly data: unknown }[]
}

/** Handles one item of one operation; a `set` as a whole. */
export type NestedWrite = (nested: Nested, operation: string, item: unknown) => NestedResult | undefined

export function result(events: readonly RowEvent[], rows: NestedResult['rows'] = []): NestedResult {
  return { events, rows }
}

/** The `{ where, data }` of a nested update; of a to-one relation the data may stand alone. */
export function updateParts({ field, target }: Nested, item: unknown): { where: unknown; data: Node } | undefined {
  if (!isNode(item)) return undefined
  const { where, data } = item
  const isWrapped = data !== undefined || field.isList
  // A field of the name `data` or `where` leaves open which of the two it is.
  if (!field.isList && (target.fields.has('data') || target.fields.has('where'))) return undefined
  if (!isWrapped) return { where: undefined, data: item }
  return isNode(data) ? { where, data } : undefined
}
