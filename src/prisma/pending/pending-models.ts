import type { DataModel, Field, Model } from '../../analysis/data-model.ts'
import { pinOf } from '../../analysis/equality/pin.ts'
import type { Row } from '../../analysis/pending/pending-write.ts'
import { lookupsOfRow, shapeOfPendingRow, type UniqueLookup } from '../../analysis/unique-lookup.ts'
import type { CacheConfig } from '../../core/config.ts'
import type { Pin } from '../../core/tags.ts'
import type { EntryTtls } from '../../strategies/entry-ttl.ts'
import type { PendingModel } from '../../strategies/pending/pending-model.ts'
import { type StoredRows, storedModel } from '../stored-rows.ts'

/** The models with write-behind. */
export function pendingModels(
  {
    config,
    dataModel,
    entryTtls,
  }: { readonly config: CacheConfig; readonly dataModel: DataModel; readonly entryTtls: EntryTtls },
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
      ...rowFacts(dataModel, model),
      stored: {
        ...storedModel(model, cached, { entryKey: rows.entryKey, entryTtls }),
        shapes: model.uniques.map((unique) => shapeOfPendingRow(model, unique)),
      },
    })
  }
  return found
}

/** What is found out about rows. */
function rowFacts(
  dataModel: DataModel,
  model: Model,
): Pick<PendingModel, 'lookupsOf' | 'pinsOf' | 'columnOf' | 'tells'> {
  const telling = model.scalars.filter((field) => field.isIndexed && !field.isHidden)
  const tellingNames = new Set(telling.map((field) => field.name))
  const fieldsOf = (fields: Parameters<PendingModel['pinsOf']>[1]): readonly Field[] => {
    if (fields === 'all') return model.scalars
    return fields === 'telling' ? telling : fields.map((name) => model.fields.get(name)!)
  }
  return {
    lookupsOf: (row) => lookupsById(dataModel, model, row),
    pinsOf(row, fields) {
      const pins: (readonly [string, Pin])[] = []
      for (const field of fieldsOf(fields)) {
        const pin = pinOf(dataModel, field, row[field.name])
        if (pin !== undefined) pins.push([field.column, pin])
      }
      return pins
    },
    columnOf: (field) => model.fields.get(field)!.column,
    tells(changes) {
      for (const name in changes) if (tellingNames.has(name)) return true
      return false
    },
  }
}

/** Without the one by its id a row has no name here. */
function lookupsById(dataModel: DataModel, model: Model, row: Row): readonly UniqueLookup[] {
  const lookups = lookupsOfRow(dataModel, model, row, shapeOfPendingRow)
  return lookups[0]?.unique === model.uniques[0] ? lookups : []
}
