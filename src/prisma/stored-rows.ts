import type { DataModel, Model } from '../analysis/data-model.ts'
import { lookupName, shapeOfUnique, type UniqueLookup } from '../analysis/unique-lookup.ts'
import type { CacheConfig, CachedModel } from '../core/config.ts'
import { entryKey, fingerprint } from '../core/key.ts'
import type { EntryKey } from '../core/store.ts'
import type { StoredModel } from '../strategies/write-through.ts'

/** Stamps of entries whose TTL depends on the result live this long: longer than most TTLs, and losing one costs a hit. */
export const unknownRetainMs = 24 * 3600_000

/** How the rows of a model are stored whose strategy stores rows, not results. */
export interface StoredRows {
  /** The fields that are stored. */
  readonly fields: readonly string[]
  readonly entryKey: (lookup: UniqueLookup) => EntryKey
  /** `null` where writes store nothing. */
  readonly written: StoredModel | null
}

/** By model. Others store results. */
export function storedRows(
  { config, dataModel }: { readonly config: CacheConfig; readonly dataModel: DataModel },
  shared: string,
): ReadonlyMap<string, StoredRows> {
  const found = new Map<string, StoredRows>()
  for (const model of dataModel.models.values()) {
    const cached = config.models[model.name]
    if (!cached || (cached.strategy !== 'read-through' && cached.strategy !== 'write-through')) continue
    const fields = model.scalars.flatMap(({ name, isHidden }) => (isHidden || cached.exclude.has(name) ? [] : [name]))
    // One per question, whatever is asked of the row, by whichever client.
    const ofFields = fingerprint([shared, ...fields])
    const entryKeyOf = (lookup: UniqueLookup) =>
      entryKey({
        model: model.name,
        operation: 'row',
        dataPath: [],
        args: lookupName(lookup),
        fingerprint: ofFields,
      })
    const written = cached.strategy === 'write-through' ? storedModel(model, cached, entryKeyOf) : null
    found.set(model.name, { fields, entryKey: entryKeyOf, written })
  }
  return found
}

function storedModel(model: Model, cached: CachedModel, entryKey: StoredModel['entryKey']): StoredModel {
  const { fixedTtlMs, staleWhileRevalidateMs: staleMs, fixedTags, resultTags } = cached
  const context = (row: Row | null) => ({ result: row, args: { where: whereOf(model, row) }, operation: 'findUnique' })
  return {
    model: model.name,
    shapes: model.uniques.filter(({ fields }) => fields.length === 1).map((unique) => shapeOfUnique(model, unique)),
    entryKey,
    ttlMs: (row) => cached.ttlMs(context(row)),
    staleMs,
    retainMs: fixedTtlMs === null ? unknownRetainMs : Math.max(1, fixedTtlMs + staleMs),
    fixedTags,
    userTags: resultTags && ((row) => resultTags(context(row))),
  }
}

type Row = Readonly<Record<string, unknown>>

/** As the row would be asked for by its first key. */
function whereOf({ uniques: [unique] }: Model, row: Row | null): object {
  if (!unique || !row) return {}
  const values = Object.fromEntries(unique.fields.map((name) => [name, row[name]]))
  return unique.fields.length === 1 ? values : { [unique.name]: values }
}
