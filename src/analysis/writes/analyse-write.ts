import type { DataModel, Field, Model } from '../data-model.ts'
import { isPinnable } from '../equality/pin.ts'
import { isNode, type Node, unknownKey } from '../reads/node.ts'
import type { Operation } from '../reads/read-analysis.ts'
import type { ClientView } from '../reads/rows.ts'
import { absentFields, presenceOf, type Widening, widen } from '../reads/widening.ts'
import type { UniqueLookup } from '../unique-lookup.ts'
import { type DeclaredChanges, mayBeReplaced, withConsequences } from './consequences.ts'
import { knownOfRow } from './known-values.ts'
import { nestedEvents } from './nested-writes.ts'
import { countsNothing, ownWrite } from './own-rows.ts'
import { reachedModels } from './reached-models.ts'
import { lookupsBefore, type ReturnedRow, returnedRows } from './returned-rows.ts'
import { condensed, type Known, type RowEvent, toldByResult } from './row-event.ts'
import { everyModel } from './table-events.ts'

export interface WriteOptions {
  readonly client: ClientView
  readonly declared: DeclaredChanges
  /** The fluent API unpacks the result (`update(...).author()`): what comes back is a row of another model. */
  readonly isUnpacked: boolean
  /** Whether the arguments may ask for more than they do. */
  readonly mayWiden: boolean
  /** The fields that the rows of the model are stored with when they are written; absent when they are not stored. */
  readonly stored?: readonly string[] | undefined
}

/** A write, understood as far as its arguments tell. */
export interface WriteAnalysis {
  /** What it may do, whatever it returns. */
  readonly expected: () => readonly RowEvent[]
  /** Every model that it may touch, whatever it returns. */
  readonly models: readonly string[]
  /** Whether the database may do something else in its place: that it found no row says nothing then. */
  readonly isReplaceable: boolean
  /** What it is to ask for in addition: the fields by which its rows are known. */
  readonly widenings: readonly Widening[]
  /** The lookups that may find its rows; `null` when nothing of it is stored. */
  readonly storing: { readonly model: string; readonly lookups: readonly UniqueLookup[] } | null
  /** @param result what the database returned, to all that was asked for; `undefined` when that is not known. */
  readonly outcome: (result: unknown) => WriteOutcome
  /** What it will most likely have done; `null` where its arguments do not tell. Absent as well. */
  readonly foreseen?: () => Foreseen | null
}

/** What a write will have done if it returns what was given. */
export interface Foreseen {
  readonly events: readonly RowEvent[]
  /** Whether so far nothing was asked of the events that only the row will tell. */
  readonly isToldByArgs: () => boolean
}

export interface WriteOutcome {
  /** Its own rows, nested writes, and all that follows from them. */
  readonly events: readonly RowEvent[]
  /** Its own rows, as far as they are to be stored. */
  readonly rows: readonly ReturnedRow[]
  /** Whether the events say what was foreseen, where that was told by the arguments. */
  readonly isAsForeseen?: boolean
}

/** An operation, a model or an argument that is not known touches every model. */
export function analyseWrite(
  dataModel: DataModel,
  { model: name, operation, args }: Operation,
  { client, declared, isUnpacked, mayWiden, stored }: WriteOptions,
): WriteAnalysis {
  const model = dataModel.models.get(name)
  const node: Node = isNode(args) ? args : {}
  const unknown = args === undefined || isNode(args) ? unknownKey(node, writeArguments) : 'a value'
  if (unknown !== undefined) return unknownWrite(dataModel, `${operation} has ${unknown}, which is not known`)
  const write = model && ownWrite(dataModel, model, { operation, args: node })
  if (!model || !write) return unknownWrite(dataModel, `${name}.${operation} is not known`)

  const isAsked = mayWiden && !isUnpacked && write.tellsRows
  const isStored = isAsked && stored !== undefined && canStore(model, { client, declared, node, stored })
  const asked = isStored ? [...new Set([...stored, ...fieldsToKnow(dataModel, model)])] : fieldsToKnow(dataModel, model)
  const names = isAsked ? absentFields(client, model, node, asked) : []
  const widenings = names.length === 0 ? [] : [{ place: [], path: [], names }]
  const widened = widen(args, widenings)
  const returned = (row: unknown) =>
    row === anyRowReturned ? knownToBeReturned(dataModel, client, model, widened) : knownOfRow(dataModel, model, row)
  const isReplaceable = mayBeReplaced(dataModel, declared, name)
  const outcome = (result: unknown): WriteOutcome => {
    const isTold = !isUnpacked && !(isReplaceable && countsNothing(result))
    const { own, rows } = write.events(isTold ? result : undefined, returned)
    const nested = rows.map(({ row, data }) => nestedEvents(dataModel, row, data))
    if (nested.includes('unknown')) return justEvents(everyModel(dataModel, 'a nested write that is not known'))
    return {
      events: withConsequences(dataModel, declared, condensed([...own, ...(nested.flat() as RowEvent[])])),
      rows: isStored ? returnedRows(dataModel, { model, operation, args: node, stored }, { result, own }) : [],
    }
  }
  const expected = once(() => outcome(undefined).events)
  return {
    expected,
    models: reachedModels(dataModel, declared, model, { operation, args: node }) ?? modelsOf(expected()),
    widenings,
    isReplaceable,
    storing: isStored ? { model: name, lookups: lookupsBefore(dataModel, model, { operation, args: node }) } : null,
    outcome,
  }
}

function modelsOf(events: readonly RowEvent[]): readonly string[] {
  return [...new Set(events.map((event) => event.model))]
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

interface Storing {
  readonly client: ClientView
  readonly declared: DeclaredChanges
  readonly node: Node
  readonly stored: readonly string[]
}

/**
 * Whether what comes back is what the database holds: all columns can be asked for, none is computed by the client, and nothing
 * is declared to change the row after it was returned.
 */
function canStore(model: Model, { client, declared, node, stored }: Storing): boolean {
  const computed = client.computed.get(model.name)
  const isChangedAfter = declared.get(model.name)?.some((change) => change.model === model.name) === true
  return (
    !isChangedAfter &&
    stored.every((name) => presenceOf(client, model, node, name) !== 'impossible' && !computed?.has(name))
  )
}

function justEvents(events: readonly RowEvent[]): WriteOutcome {
  return { events, rows: [] }
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
export function unknownWrite(dataModel: DataModel, cause: string): WriteAnalysis {
  const events = everyModel(dataModel, cause)
  return {
    expected: () => events,
    models: modelsOf(events),
    isReplaceable: false,
    widenings: [],
    storing: null,
    outcome: () => justEvents(events),
  }
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
