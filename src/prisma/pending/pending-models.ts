import type { DataModel, Field, Model } from '../../analysis/data-model.ts'
import { pinOf } from '../../analysis/equality/pin.ts'
import type { ResolvedWrite, Row } from '../../analysis/pending/pending-write.ts'
import { lookupsOfRow, ofPendingRow, shapeOfPendingRow } from '../../analysis/unique-lookup.ts'
import { createEvent, deleteEvent, type Known, type RowEvent, updateEvent } from '../../analysis/writes/row-event.ts'
import type { CacheConfig } from '../../core/config.ts'
import type { Pin } from '../../core/tags.ts'
import type { PendingModel } from '../../strategies/pending/pending-model.ts'
import { type StoredRows, storedModel } from '../stored-rows.ts'

/** The models with write-behind. */
export function pendingModels(
  { config, dataModel }: { readonly config: CacheConfig; readonly dataModel: DataModel },
  storedRows: ReadonlyMap<string, StoredRows>,
): ReadonlyMap<string, PendingModel> {
  const found = new Map<string, PendingModel>()
  for (const [name, rows] of storedRows) {
    const cached = config.models[name]!
    const model = dataModel.models.get(name)!
    if (cached.strategy !== 'write-behind') continue
    const { batch, partitions, backlogMax, durability, acceptLoss } = cached
    found.set(name, {
      ...{ model: name, batch, partitions, backlogMax, durability, acceptLoss },
      stored: {
        ...storedModel(model, cached, rows.entryKey),
        shapes: model.uniques.map((unique) => shapeOfPendingRow(model, unique)),
      },
      lookupsOf: (row) => lookupsById(dataModel, model, row),
      eventOf: eventMaker(dataModel, model),
    })
  }
  return found
}

/** Without the one by its id a row has no name here. */
function lookupsById(dataModel: DataModel, model: Model, row: Row) {
  const lookups = lookupsOfRow(dataModel, model, row)
  return lookups[0]?.unique === model.uniques[0] ? lookups.map(ofPendingRow) : []
}

/**
 * What an accepted write does to queries. Base and outcome are certain: the write was accepted only because nobody else had written the
 * row meanwhile. Of the columns that it leaves as they are those are told that queries are likely to pin.
 */
function eventMaker(dataModel: DataModel, model: Model): (write: ResolvedWrite) => RowEvent {
  const telling = model.scalars.filter((field) => field.isIndexed && !field.isHidden)
  const known = (row: Row, fields: readonly Field[] = telling): Known => {
    const pins = new Map<string, Pin>()
    for (const field of fields) {
      const pin = pinOf(dataModel, field, row[field.name])
      if (pin !== undefined) pins.set(field.column, pin)
    }
    return pins
  }
  return ({ write, before, after }) => {
    if (write.kind === 'create') return createEvent(model.name, known(after!, model.scalars))
    if (write.kind === 'delete') return deleteEvent(model.name, known(before!, model.scalars))
    const changed = Object.keys(write.changes)
    const fields = [...new Set([...telling, ...changed.map((name) => model.fields.get(name)!)])]
    return updateEvent(model, { changed, before: known(before!, fields), after: known(after!, fields) })
  }
}
