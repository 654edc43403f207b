import type { DataModel, Model } from '../analysis/data-model.ts'
import { shapeOfUnique, type UniqueLookup, whereOf } from '../analysis/unique-lookup.ts'
import type { CacheConfig, CachedModel } from '../core/config.ts'
import { entryKey, fingerprint } from '../core/key.ts'
import type { EntryKey } from '../core/store.ts'
import type { EntryTtls } from '../strategies/entry-ttl.ts'
import { createMissStreak, type MissStreak } from '../strategies/miss-streak.ts'
import { stampLifeMs } from '../strategies/stamp-life.ts'
import type { StoredModel } from '../strategies/write-through.ts'

/** Lookups of stored rows are read, and change, alike. */
export const ofRows = 'row'

/** How the rows of a model are stored whose strategy stores rows, not results. */
export interface StoredRows {
  /** The fields that are stored. */
  readonly fields: readonly string[]
  readonly entryKey: (lookup: UniqueLookup) => EntryKey
  /** `null` where writes store nothing after they were made. */
  readonly written: StoredModel | null
  /** Of its lookups. */
  readonly misses: MissStreak
  /** Whether a row shows the writes that were accepted and are not in the database yet. */
  readonly isPending: boolean
}

interface StoredRowsDeps {
  readonly config: CacheConfig
  readonly dataModel: DataModel
  readonly entryTtls: EntryTtls
}

/** By model. Others store results. */
export function storedRows(
  { config, dataModel, entryTtls }: StoredRowsDeps,
  shared: string,
): ReadonlyMap<string, StoredRows> {
  const found = new Map<string, StoredRows>()
  for (const model of dataModel.models.values()) {
    const cached = config.models[model.name]
    if (!cached || cached.strategy === 'cache-aside') continue
    const fields = model.scalars.flatMap(({ name, isHidden }) => (isHidden || cached.exclude.has(name) ? [] : [name]))
    // One per question, whatever is asked of the row, by whichever client.
    const ofFields = fingerprint([shared, ...fields])
    const entryKeyOf = ({ name: args }: UniqueLookup) =>
      entryKey({ model: model.name, operation: 'row', dataPath: [], args, fingerprint: ofFields })
    const isWritten = cached.strategy === 'write-through'
    const written = isWritten ? storedModel(model, cached, { entryKey: entryKeyOf, entryTtls }) : null
    found.set(model.name, {
      fields,
      entryKey: entryKeyOf,
      written,
      misses: createMissStreak(),
      isPending: cached.strategy === 'write-behind',
    })
  }
  return found
}

/** How rows are stored as they are written. */
export function storedModel(
  model: Model,
  cached: CachedModel,
  { entryKey, entryTtls }: Pick<StoredModel, 'entryKey'> & Pick<StoredRowsDeps, 'entryTtls'>,
): StoredModel {
  const { fixedTags, resultTags } = cached
  const ttl = entryTtls(model.name, cached.ttl, () => ofRows)
  const keepMs = Math.max(cached.staleWhileRevalidateMs, cached.staleIfErrorMs)
  const [unique] = model.uniques
  const where = (row: Row | null) => (unique && row ? whereOf(unique, row) : {})
  const context = (row: Row | null) => ({ result: row, args: { where: where(row) }, operation: 'findUnique' })
  return {
    model: model.name,
    shapes: model.uniques.filter(({ fields }) => fields.length === 1).map((unique) => shapeOfUnique(model, unique)),
    entryKey,
    ttlMs: (row) => ttl.msOf(context(row)),
    keepMs,
    retainMs: stampLifeMs(ttl.longestMs, keepMs),
    fixedTags,
    userTags: resultTags && ((row) => resultTags(context(row))),
  }
}

type Row = Readonly<Record<string, unknown>>
