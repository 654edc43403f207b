import type { DataModel, Field, Model } from '../data-model.ts'
import { isPinnable } from '../equality/pin.ts'
import { isNode, type Node, unknownKey } from '../reads/node.ts'
import type { Operation } from '../reads/read-analysis.ts'
import type { ClientView } from '../reads/rows.ts'
import { absentFields, narrow, presenceOf, widen } from '../reads/widening.ts'
import { type DeclaredChanges, withConsequences } from './consequences.ts'
import { knownOfRow } from './known-values.ts'
import { nestedEvents } from './nested-writes.ts'
import { ownWrite } from './own-rows.ts'
import { condensed, type Known, type RowEvent, toldByResult } from './row-event.ts'
import { everyModel } from './table-events.ts'

export interface WriteOptions {
  readonly client: ClientView
  readonly declared: DeclaredChanges
  /** The fluent API unpacks the result (`update(...).author()`): what comes back is a row of another model. */
  readonly isUnpacked: boolean
  /** Whether the arguments may ask for more than they do. */
  readonly mayWiden: boolean
}

/** A write, understood as far as its arguments tell. */
export interface WriteAnalysis {
  /** Every model that it may touch, whatever it returns. */
  readonly models: readonly string[]
  /** The arguments to run it with: they also ask for the fields by which the rows are known. */
  readonly args: unknown
  /**
   * The row events: its own rows, nested writes, and all that follows from them.
   *
   * @param result what the database returned, before {@link narrow}; `undefined` when that is not known.
   */
  readonly events: (result: unknown) => readonly RowEvent[]
  /** Takes away from the result what was asked for in addition. */
  readonly narrow: (result: unknown) => void
}

/** An operation, a model or an argument that is not known touches every model. */
export function analyseWrite(
  dataModel: DataModel,
  { model: name, operation, args }: Operation,
  { client, declared, isUnpacked, mayWiden }: WriteOptions,
): WriteAnalysis {
  const model = dataModel.models.get(name)
  const node: Node = isNode(args) ? args : {}
  const unknown = args === undefined || isNode(args) ? unknownKey(node, writeArguments) : 'a value'
  if (unknown !== undefined) return unknownWrite(dataModel, args, `${operation} has ${unknown}, which is not known`)
  const write = model && ownWrite(dataModel, model, { operation, args: node })
  if (!model || !write) return unknownWrite(dataModel, args, `${name}.${operation} is not known`)

  const isAsked = mayWiden && !isUnpacked && write.tellsRows
  const names = isAsked ? absentFields(client, model, node, fieldsToKnow(dataModel, model)) : []
  const widenings = names.length === 0 ? [] : [{ place: [], path: [], names }]
  const widened = names.length === 0 ? args : widen(args, widenings)
  const returned = (row: unknown) =>
    row === anyRowReturned ? knownToBeReturned(dataModel, client, model, widened) : knownOfRow(dataModel, model, row)
  const events = (result: unknown): readonly RowEvent[] => {
    const { own, rows } = write.events(isUnpacked ? undefined : result, returned)
    const nested = rows.map(({ row, data }) => nestedEvents(dataModel, row, data))
    if (nested.includes('unknown')) return everyModel(dataModel, 'a nested write that is not known')
    return withConsequences(dataModel, declared, condensed([...own, ...(nested.flat() as RowEvent[])]))
  }
  return {
    models: [...new Set(events(undefined).map((event) => event.model))],
    args: widened,
    events,
    narrow: (result) => narrow(result, widenings),
  }
}

/** Stands for the row that a write would return: what is known of it is {@link toldByResult}. */
export const anyRowReturned = Object.freeze({})

function knownToBeReturned(dataModel: DataModel, client: ClientView, model: Model, args: unknown): Known {
  const node: Node = isNode(args) ? args : {}
  const isTold = (field: Field) =>
    isPinnable(dataModel, field) && presenceOf(client, model, node, field.name) === 'present'
  return new Map(model.scalars.filter(isTold).map((field) => [field.column, toldByResult]))
}

/** Something that may do anything to any model. */
export function unknownWrite(dataModel: DataModel, args: unknown, cause: string): WriteAnalysis {
  const events = everyModel(dataModel, cause)
  return { models: events.map((event) => event.model), args, events: () => events, narrow: () => {} }
}

const writeArguments: ReadonlySet<string> = new Set([
  ...['data', 'create', 'update', 'where', 'select', 'include', 'omit', 'limit', 'skipDuplicates'],
  'relationLoadStrategy',
])

/**
 * The fields by which queries may pin the rows of a model: those that are indexed, and others that take little room. Long text is
 * not asked for.
 */
function fieldsToKnow(dataModel: DataModel, model: Model): readonly string[] {
  const isSmall = (type: string) => type !== 'String' && type !== 'Bytes'
  return model.scalars
    .filter(
      (field) =>
        isPinnable(dataModel, field) && (field.isIndexed || field.nativeType?.name === 'Uuid' || isSmall(field.type)),
    )
    .map((field) => field.name)
}
