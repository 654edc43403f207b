import type { DataModel, Model } from '../data-model.ts'
import { asList, isNode, type Node } from '../reads/node.ts'
import { changedFields, hasRelations } from './changed-fields.ts'
import { knownOfData, knownOfNewRow, knownOfWhere, writesInOneStatement } from './known-values.ts'
import type { WrittenRow } from './nested/nested.ts'
import {
  createEvent,
  deleteEvent,
  type Known,
  merged,
  nothingKnown,
  type RowEvent,
  shared,
  updateEvent,
} from './row-event.ts'

/** What a write does to the rows of its own model. */
export interface OwnWrite {
  /** Whether it returns its rows, as they are after the statement that wrote them, or were when it deleted them. */
  readonly tellsRows: boolean
  readonly events: (result: unknown, returned: Returned) => OwnEvents
}

/** What a row of the result tells. */
export type Returned = (row: unknown) => Known

export interface OwnEvents {
  readonly own: readonly RowEvent[]
  /** The rows whose `data` may hold nested writes. */
  readonly rows: readonly { readonly row: WrittenRow; readonly data: unknown }[]
}

interface Call {
  readonly operation: string
  readonly args: Node
}

/** `undefined` for an operation that is not known. */
export function ownWrite(dataModel: DataModel, model: Model, { operation, args }: Call): OwnWrite | undefined {
  const call = { dataModel, model, args }
  const write = (events: (target: Target, result: unknown) => OwnEvents, tellsRows: boolean): OwnWrite => ({
    tellsRows,
    events: (result, returned) => events({ ...call, returned }, result),
  })
  switch (operation) {
    case 'create':
      return write(create, true)
    case 'createMany':
      return write(createMany, false)
    case 'createManyAndReturn':
      return write(createMany, true)
    case 'update':
      return write(update, true)
    case 'updateMany':
      return write(updateMany, false)
    case 'updateManyAndReturn':
      return write(updateMany, true)
    case 'upsert':
      return write(upsert, true)
    case 'delete':
      return write(remove, returnsDeleted(call))
    case 'deleteMany':
      return write(removeMany, false)
    default:
      return undefined
  }
}

interface Target {
  readonly dataModel: DataModel
  readonly model: Model
  readonly args: Node
  readonly returned: Returned
}

function create({ dataModel, model, args: { data }, returned }: Target, result: unknown): OwnEvents {
  const known = merged(knownOfNewRow(dataModel, model, data), returned(result))
  return { own: [createEvent(model.name, known)], rows: [{ row: { model, known, isNew: true, isLocked: true }, data }] }
}

function createMany({ dataModel, model, args, returned }: Target, result: unknown): OwnEvents {
  if (countsNothing(result)) return none
  const given = () => asList(args.data).map((data) => knownOfNewRow(dataModel, model, data))
  return events(Array.isArray(result) ? result.map(returned) : given(), (known) => createEvent(model.name, known))
}

function update({ dataModel, model, args: { where, data }, returned }: Target, result: unknown): OwnEvents {
  const found = shared(knownOfWhere(dataModel, model, where, { isInStatement: !hasRelations(model, data) }))
  return updated({ dataModel, model, data, found, row: returned(result) })
}

interface Updated {
  readonly dataModel: DataModel
  readonly model: Model
  readonly data: unknown
  /** Certain when the row was written. */
  readonly found: Known
  /** As it was returned. */
  readonly row: Known
}

function updated({ dataModel, model, data, found, row }: Updated): OwnEvents {
  const changed = changedFields(model, data)
  const isLocked = changed === 'all' || changed.length > 0
  if (isLocked) {
    const event = updateEvent(model, {
      changed,
      before: found,
      after: merged(knownOfData(dataModel, model, data), row),
    })
    return { own: [event], rows: [{ row: { model, known: event.after, isNew: false, isLocked }, data }] }
  }
  // Only related rows are written. A foreign key that is set to a key of this row keeps that key from changing meanwhile.
  const known = dataModel.hasForeignKeys ? merged(found, row) : found
  return { own: [], rows: [{ row: { model, known, isNew: false, isLocked }, data }] }
}

function updateMany({ dataModel, model, args, returned }: Target, result: unknown): OwnEvents {
  if (wroteNothing(dataModel, result)) return none
  const { where, data, limit } = args
  const changed = changedFields(model, data)
  const set = knownOfData(dataModel, model, data)
  const found = knownOfWhere(dataModel, model, where, { isInStatement: limit === undefined })
  if (!Array.isArray(result)) return events(found, (before) => updateEvent(model, { changed, before, after: set }))
  const before = shared(found)
  return events(result.map(returned), (row) => updateEvent(model, { changed, before, after: merged(set, row) }))
}

/** Which of the two happened is not told. */
function upsert({ dataModel, model, args, returned }: Target, result: unknown): OwnEvents {
  const row = returned(result)
  const known = row.size > 0 ? row : knownOfNewRow(dataModel, model, args.create)
  const found = shared(knownOfWhere(dataModel, model, args.where, { isInStatement: !hasRelations(model, args.update) }))
  const changed = updated({ dataModel, model, data: args.update, found, row })
  const made = { row: { model, known, isNew: true, isLocked: true }, data: args.create }
  return { own: [createEvent(model.name, known), ...changed.own], rows: [made, ...changed.rows] }
}

function remove({ dataModel, model, args, returned }: Target, result: unknown): OwnEvents {
  const found = shared(knownOfWhere(dataModel, model, args.where, { isInStatement: true }))
  const row = returnsDeleted({ dataModel, model, args }) ? returned(result) : nothingKnown
  return { own: [deleteEvent(model.name, merged(found, row))], rows: [] }
}

/**
 * Whether a delete returns the row as it was deleted. Where relations are to be returned, or the database cannot do both at
 * once, the row is read first, and another writer can change it in between.
 */
function returnsDeleted({ dataModel, model, args }: Pick<Target, 'dataModel' | 'model' | 'args'>): boolean {
  return writesInOneStatement.has(dataModel.provider) && !returnsRelations(model, args)
}

function removeMany({ dataModel, model, args }: Target, result: unknown): OwnEvents {
  if (wroteNothing(dataModel, result)) return none
  const found = knownOfWhere(dataModel, model, args.where, { isInStatement: args.limit === undefined })
  return events(found, (before) => deleteEvent(model.name, before))
}

const none: OwnEvents = { own: [], rows: [] }

function events(knowns: readonly Known[], event: (known: Known) => RowEvent): OwnEvents {
  return { own: knowns.map(event), rows: [] }
}

/**
 * Whether an update or a delete that reached no row left everything as it was. Where the client itself does what foreign keys
 * would, it has done it before, and then the condition may no longer hold.
 */
export function wroteNothing({ hasForeignKeys }: DataModel, result: unknown): boolean {
  return hasForeignKeys && countsNothing(result)
}

/** `{ count: 0 }`, or an empty list of rows. */
export function countsNothing(result: unknown): boolean {
  return Array.isArray(result) ? result.length === 0 : isNode(result) && result.count === 0
}

function returnsRelations(model: Model, { select, include }: Node): boolean {
  const selected = isNode(include) ? include : isNode(select) ? select : {}
  for (const name in selected) {
    const field = model.fields.get(name)
    if (selected[name] && (!field || field.kind === 'relation')) return true
  }
  return false
}
