import type { DataModel, Model } from '../data-model.ts'
import { asList, isNode, type Node } from '../reads/node.ts'
import { pinsOfWhere } from '../reads/where.ts'
import { lookupsOfKnown, lookupsOfRow, type UniqueLookup } from '../unique-lookup.ts'
import { knownOf, knownOfData, knownOfNewRow } from './known-values.ts'
import { type Known, nothingKnown, type RowEvent, rowsMax } from './row-event.ts'

/** A row as a write left it. */
export interface ReturnedRow {
  /** The columns that are stored; `null` when the write deleted it. */
  readonly row: Readonly<Record<string, unknown>> | null
  /** The lookups that find it, or found it. */
  readonly lookups: readonly UniqueLookup[]
  /** What the write did to this row. */
  readonly events: readonly RowEvent[]
}

interface Call {
  readonly operation: string
  readonly args: Node
}

/**
 * The lookups whose answers a write may change, as far as its arguments tell: by what its `where` pins, and by what it sets. It may
 * be more than those: who uses them compares them with the row that came back.
 */
export function lookupsBefore(dataModel: DataModel, model: Model, { operation, args }: Call): readonly UniqueLookup[] {
  const [found = nothingKnown, ...others] = pinsOfWhere(dataModel, model, args.where).map((pins) =>
    knownOf(model, pins),
  )
  const where = others.length > 0 ? nothingKnown : found
  const data = operation === 'upsert' ? [args.update] : asList(args.data).slice(0, rowsMax)
  const knowns: Known[] = [
    where,
    ...data.map((one) => new Map([...where, ...knownOfData(dataModel, model, one)])),
    ...(operation === 'upsert' ? [knownOfNewRow(dataModel, model, args.create)] : []),
  ]
  const lookups = knowns.flatMap((known) => lookupsOfKnown(model, known))
  return [...new Map(lookups.map((lookup) => [lookup.name, lookup])).values()].slice(0, rowsMax)
}

interface Returning extends Call {
  readonly model: Model
  /** The fields that are stored. */
  readonly stored: readonly string[]
}

/**
 * The rows that a write returned with all columns to be stored, each with what the write did to it.
 *
 * None where it is not certain that the rows were written: what was only read may be older than the stamps that were obtained
 * before, in a transaction that sees the database as it was.
 */
export function returnedRows(
  dataModel: DataModel,
  { model, operation, args, stored }: Returning,
  { result, own }: { readonly result: unknown; readonly own: readonly RowEvent[] },
): readonly ReturnedRow[] {
  if (!writesItsRows(model, { operation, args })) return []
  const returned = (row: unknown, events: readonly RowEvent[]): ReturnedRow[] => {
    if (!isNode(row) || !stored.every((name) => row[name] !== undefined)) return []
    const kept = Object.fromEntries(stored.map((name) => [name, row[name]]))
    return [{ row: operation === 'delete' ? null : kept, lookups: lookupsOfRow(dataModel, model, row), events }]
  }
  if (!Array.isArray(result)) return own.length > 0 ? returned(result, own) : []
  if (result.length !== own.length || result.length > rowsMax) return []
  return result.flatMap((row, i) => returned(row, [own[i]!]))
}

/** Whether every row that comes back has certainly been written: it was made, deleted, or a column of it set. */
function writesItsRows(model: Model, { operation, args }: Call): boolean {
  if (operation === 'upsert') return setsColumn(model, args.update)
  return operation.startsWith('update') ? setsColumn(model, args.data) : true
}

/** Values of which it is not plain that they set something, such as `{ set: undefined }` or `Prisma.skip`, do not count. */
function setsColumn(model: Model, data: unknown): boolean {
  if (!isNode(data)) return false
  return model.scalars.some(({ name, type }) => {
    const value = data[name]
    if (!isNode(value)) return value !== undefined
    if (type === 'Json') return Object.getPrototypeOf(value) === Object.prototype
    return ['set', 'increment', 'decrement', 'multiply', 'divide', 'push'].some((key) => value[key] !== undefined)
  })
}
