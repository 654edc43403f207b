import type { ResolvedWrite, Row } from '../../analysis/pending/pending-write.ts'
import type { UniqueLookup } from '../../analysis/unique-lookup.ts'
import type { EntryKey } from '../../core/entry-key.ts'
import { type StampTag, tagIds } from '../../core/stamp-tags.ts'
import type { PendingModel, Pins } from './pending-model.ts'
import { type Found, foundBy, JsonOnce, type TouchedColumns } from './stored-write.ts'

/** A lookup that finds a row, and what its entry is kept by. */
export interface RowLookup extends UniqueLookup {
  readonly key: EntryKey
  /** The ids of the tags that the entry depends on, as JSON: {@link tagsOfShape} and its own values. */
  readonly ids: string
}

/** What is found out about a row once; it holds for what writes make of the row, as long as they leave alone what it was found out from. */
export interface RowFacts {
  /** Those that find it, that by its id first; empty when its id cannot be told from others surely. */
  readonly lookups: readonly RowLookup[]
  readonly found: Found
  /** What it holds in columns that queries are likely to pin. */
  readonly telling: JsonOnce<Pins>
}

export function factsOf(model: PendingModel, row: Row): RowFacts {
  const lookups = model.lookupsOf(row).map((lookup): RowLookup => {
    const ids = JSON.stringify(tagIds([...tagsOfShape(model, lookup.shape.id), lookup.values]))
    return { ...lookup, key: model.stored.entryKey(lookup), ids }
  })
  const found = foundBy(lookups.map(({ values }) => values))
  return { lookups, found, telling: new JsonOnce(model.pinsOf(row, 'telling')) }
}

/** Of the row that a write leaves; every key is among the fields that tell. */
export function factsAfter(
  model: PendingModel,
  { write, after }: ResolvedWrite,
  before: RowFacts | null,
): RowFacts | null {
  if (!after) return null
  return before && write.kind === 'update' && !model.tells(write.changes) ? before : factsOf(model, after)
}

/**
 * What queries have to know of a write.
 *
 * @param facts of the row before it; only an update needs them.
 */
export function touchedBy(
  model: PendingModel,
  { write, before, after }: ResolvedWrite,
  facts: RowFacts | null,
): TouchedColumns {
  if (write.kind !== 'update') {
    return { known: new JsonOnce(model.pinsOf((after ?? before)!, 'all')), changed: 'all', before: [], after: [] }
  }
  const fields = Object.keys(write.changes)
  return {
    known: facts!.telling,
    changed: fields.map(model.columnOf),
    before: model.pinsOf(before!, fields),
    after: model.pinsOf(after!, fields),
  }
}

/** What the entry of every lookup by a key depends on, but for its own values: in this order. */
export function tagsOfShape({ model, stored: { fixedTags } }: PendingModel, shape: string): readonly StampTag[] {
  const users = fixedTags.map((name): StampTag => ({ kind: 'user', name }))
  return [{ kind: 'root', model }, ...users, { kind: 'shape', model, shape }]
}
