import type { DataModel, Field, Model } from '../../analysis/data-model.ts'
import { pinOf } from '../../analysis/equality/pin.ts'
import type { Row } from '../../analysis/pending/pending-write.ts'
import { lookupsOfRow, ofPendingRow, shapeOfPendingRow, type UniqueLookup } from '../../analysis/unique-lookup.ts'
import type { CacheConfig } from '../../core/config.ts'
import type { EntryTtls } from '../../strategies/entry-ttl.ts'
import type { PendingModel, Pins, TouchedColumns } from '../../strategies/pending/pending-model.ts'
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

interface Facts {
  readonly lookups: readonly UniqueLookup[]
  readonly pins: Pins
}

/** What is found out about rows once, and carried over from a row to what a write makes of it where that is the same. */
function rowFacts(dataModel: DataModel, model: Model): Pick<PendingModel, 'lookupsOf' | 'follow' | 'touchedBy'> {
  const facts = new WeakMap<Row, Facts>()
  const telling = model.scalars.filter((field) => field.isIndexed && !field.isHidden)
  const tellingNames = new Set(telling.map((field) => field.name))

  function pinsOf(row: Row, fields: readonly Field[]): Pins {
    return fields.flatMap((field) => {
      const pin = pinOf(dataModel, field, row[field.name])
      return pin === undefined ? [] : [[field.column, pin] as const]
    })
  }

  function factsOf(row: Row): Facts {
    let known = facts.get(row)
    if (!known) {
      known = { lookups: lookupsById(dataModel, model, row), pins: pinsOf(row, telling) }
      facts.set(row, known)
    }
    return known
  }

  return {
    lookupsOf: (row) => factsOf(row).lookups,
    follow({ write, before, after }) {
      if (write.kind !== 'update' || !before || !after) return
      // Every key is among the fields that tell.
      if (!Object.keys(write.changes).some((name) => tellingNames.has(name))) facts.set(after, factsOf(before))
    },
    touchedBy({ write, before, after }): TouchedColumns {
      if (write.kind !== 'update') {
        return { known: pinsOf((after ?? before)!, model.scalars), changed: 'all', before: [], after: [] }
      }
      const changed = Object.keys(write.changes).map((name) => model.fields.get(name)!)
      return {
        known: factsOf(before!).pins,
        changed: changed.map(({ column }) => column),
        before: pinsOf(before!, changed),
        after: pinsOf(after!, changed),
      }
    },
  }
}

/** Without the one by its id a row has no name here. */
function lookupsById(dataModel: DataModel, model: Model, row: Row): readonly UniqueLookup[] {
  const lookups = lookupsOfRow(dataModel, model, row)
  return lookups[0]?.unique === model.uniques[0] ? lookups.map((lookup) => ofPendingRow(model, lookup)) : []
}
