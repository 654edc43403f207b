import type { Columns } from '../core/tags.ts'
import { withCascades } from './cascades.ts'
import type { DataModel, Model } from './data-model.ts'
import type { Operation } from './dependencies.ts'
import { nestedEvents } from './nested-writes.ts'
import { createEvent, deleteEvent, type RowEvent, updateEvent } from './row-event.ts'
import { deletedRowIsCertain, merge, pinsOfData, pinsOfRow } from './row-pins.ts'
import { everyModel } from './table-events.ts'
import { pinsOfId, property } from './where-pins.ts'

/**
 * The row events of a write: its own rows, nested writes, and all that cascades from them.
 *
 * `result` is what the database returned: `undefined` before the query ran, and whenever the result is not the plain row or
 * rows of this model (a fluent call such as `.update(...).author()` returns another model's row). An operation, a
 * model or an argument that is not known touches every model.
 */
export function eventsOfWrite(dataModel: DataModel, write: Operation, result: unknown): RowEvent[] {
  const model = dataModel.models.get(write.model)
  const own = model && ownEvents(dataModel, model, write, result)
  if (!own || hasUnknownArgument(write.args)) return everyModel(dataModel)

  const events = [...own]
  for (const data of ['data', 'create', 'update'].map((name) => property(write.args, name))) {
    const nested = nestedEvents(dataModel, model, data)
    if (nested === 'too-deep') return everyModel(dataModel)
    events.push(...nested)
  }
  return withCascades(dataModel, events)
}

/** Every model that the write may touch, from its arguments alone: no event of it, whatever the result, is of another model. */
export function modelsWritten(dataModel: DataModel, write: Operation): ReadonlySet<string> {
  return new Set(eventsOfWrite(dataModel, write, undefined).map((event) => event.model))
}

/** More rows than this become one event that knows none of them. */
const rowsMax = 64

function ownEvents(
  dataModel: DataModel,
  model: Model,
  { operation, args }: Operation,
  result: unknown,
): RowEvent[] | undefined {
  const returned = (row: unknown) => pinsOfRow(dataModel, model, args, row)
  const id = () => pinsOfId(dataModel, model, property(args, 'where'))
  const data = property(args, 'data')
  const update = (changes: unknown, known: ReadonlyMap<string, string>) =>
    updateEvent(model, changedBy(model, changes), known)

  switch (operation) {
    case 'create':
      return [createEvent(model.name, merge(pinsOfData(dataModel, model, data), returned(result)))]
    case 'createMany':
    case 'createManyAndReturn':
      return createdRows(dataModel, model, args, result)
    case 'update':
      return [update(data, merge(id(), returned(result)))]
    case 'updateMany':
      return [update(data, id())]
    case 'updateManyAndReturn':
      if (Array.isArray(result) && result.length > 0 && result.length <= rowsMax) {
        return result.map((row) => update(data, merge(id(), returned(row))))
      }
      return [update(data, id())]
    case 'upsert':
      // Which of the two happened is not told. Only the row returned is certain to be the one created.
      return [
        createEvent(model.name, returned(result)),
        update(property(args, 'update'), merge(id(), returned(result))),
      ]
    case 'delete': {
      const row = deletedRowIsCertain(dataModel, model, args) ? returned(result) : new Map<string, string>()
      return [deleteEvent(model.name, merge(id(), row))]
    }
    case 'deleteMany':
      return [deleteEvent(model.name, id())]
    default:
      return undefined
  }
}

function hasUnknownArgument(args: unknown): boolean {
  if (args === undefined) return false
  if (typeof args !== 'object' || args === null) return true
  for (const name in args) if (!writeArguments.has(name) && property(args, name) !== undefined) return true
  return false
}

const writeArguments: ReadonlySet<string> = new Set([
  ...['data', 'create', 'update', 'where', 'select', 'include', 'omit', 'limit', 'skipDuplicates'],
  'relationLoadStrategy',
])

function createdRows(dataModel: DataModel, model: Model, args: unknown, result: unknown): RowEvent[] {
  const data = property(args, 'data')
  const rows = Array.isArray(data) ? data : [data]
  if (rows.length === 0 || rows.length > rowsMax) return [createEvent(model.name)]
  if (!Array.isArray(result)) return rows.map((row) => createEvent(model.name, pinsOfData(dataModel, model, row)))
  // With skipDuplicates fewer rows may come back than were sent; otherwise a different number is a result that was changed.
  const isPlain = result.length === rows.length || (property(args, 'skipDuplicates') === true && result.length > 0)
  if (!isPlain || result.length > rowsMax) return [createEvent(model.name)]
  return result.map((row) => createEvent(model.name, pinsOfRow(dataModel, model, args, row)))
}

/** The columns that a `data` changes: its scalars, and the foreign keys behind its relations. */
function changedBy(model: Model, data: unknown): Columns {
  const changed: string[] = []
  if (typeof data !== 'object' || data === null) return 'all'
  for (const name in data) {
    if (property(data, name) === undefined) continue
    const field = model.fields.get(name)
    if (!field) return 'all'
    changed.push(...(field.relation ? field.relation.fromFields : [name]))
  }
  return changed
}
