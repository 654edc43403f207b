import { tagsOfLookup, type UniqueLookup } from '../analysis/unique-lookup.ts'
import type { ReturnedRow } from '../analysis/writes/returned-rows.ts'
import type { RowEvent } from '../analysis/writes/row-event.ts'
import { type ColumnsOf, touchedTags } from '../analysis/writes/touched.ts'
import type { Clock } from '../core/clock.ts'
import { encodeEntry } from '../core/entry.ts'
import type { MakeNonce } from '../core/nonce.ts'
import { tagId } from '../core/stamp-tags.ts'
import type { EntryKey, Replacement, Stamp, StampTag } from '../core/store.ts'
import type { Shape, Tag } from '../core/tags.ts'
import { jittered, obtainUserStamps, type Stamped, together } from './fill.ts'
import type { EntryDeps } from './judge-entry.ts'

export interface WriteThroughDeps extends EntryDeps {
  readonly clock: Clock
  readonly makeNonce: MakeNonce
  /** Between 0 and 1. */
  readonly random: () => number
  readonly columnsOf: ColumnsOf
}

/** How the rows of a model are stored. */
export interface StoredModel {
  readonly model: string
  /** The kinds of lookups by one column: what is held of them serves where the values are told by the result alone. */
  readonly shapes: readonly Shape[]
  readonly entryKey: (lookup: UniqueLookup) => EntryKey
  /** Throws what the user's function throws. */
  readonly ttlMs: (row: ReturnedRow['row']) => number
  /** How long after its TTL an entry is kept. */
  readonly keepMs: number
  /** How long what is held must live, so that no entry outlives it. */
  readonly retainMs: number
  readonly fixedTags: readonly string[]
  /** Throws what the user's function throws. */
  readonly userTags: ((row: ReturnedRow['row']) => readonly string[]) | null
}

/** What a write holds since before it began: by tag id, as much as could be had. */
export type HeldStamps = ReadonlyMap<string, Stamp>

/** A row to be stored, and what could have changed it after it was returned. */
export interface RowToStore {
  readonly model: StoredModel
  readonly lookups: readonly UniqueLookup[]
  /** What the write did to the row. */
  readonly events: readonly RowEvent[]
  readonly held: HeldStamps
  readonly payload: string
  readonly ttlMs: number
  /** Tags that depend on the row. */
  readonly userTags: readonly string[]
  /** Events of the same write or transaction, without its own. */
  readonly others: readonly RowEvent[]
}

/**
 * Write-through: what a write returned answers the lookups of its rows from then on, in every process.
 *
 * An answer may be stored only if nobody has changed it since the write began, and whoever changes it later must find it. For
 * that the stamps of the lookup are held since before the write; in the step that stores the answer they are compared, and the
 * lookup's own values, the *guard*, get a new stamp. So of several writers at once none leaves behind what another wrote over.
 *
 * Where the values of a key are not known before (the database makes them, or the write names another key), the mark of that kind
 * of lookups is held instead, and nobody may have written any row meanwhile. One key of a row cannot answer for another: the row
 * may lose it to a second writer, and a third one give it to another row, before the second has said so.
 */
export interface WriteThrough {
  /** Before the write: one round trip. Never rejects. */
  hold(model: StoredModel, lookups: readonly UniqueLookup[]): Promise<HeldStamps>
  /**
   * Of a row that came back; `null` if it cannot be stored. At once, before anyone else holds the row: the caller may change it.
   */
  encoded(model: StoredModel, row: ReturnedRow, held: HeldStamps): Omit<RowToStore, 'others'> | null
  /** At the end. Never rejects; what cannot be stored is left out, and then only invalidated. */
  replacements(rows: readonly RowToStore[]): Promise<readonly Replacement[]>
}

const nothingHeld: HeldStamps = new Map()

/** How long nothing is held after the store did not answer. */
const restMs = 1000

export function createWriteThrough(deps: WriteThroughDeps): WriteThrough {
  const { store, codec, clock, makeNonce, random, columnsOf, report } = deps
  let restUntilMs = 0

  async function replacementsOfRow(row: RowToStore): Promise<Replacement[]> {
    const { model, held, payload, ttlMs } = row
    const retainMs = ttlMs + model.keepMs
    const guards = guardsOf(row, columnsOf)
    if (guards.length === 0 || !(retainMs > 0)) return []
    const users = await userStamps(row)
    if (!users) return []
    return guards.map(({ guard, tags, ids, mark, isShapeTouched }) => {
      const guardFresh = makeNonce()
      const shapeFresh = isShapeTouched ? makeNonce() : null
      const stampOf = (tag: Tag, id: string) => {
        if (isValuesOf(guard, tag)) return guardFresh
        return tag.kind === 'shape' && shapeFresh !== null ? shapeFresh : held.get(id)!
      }
      const own = { ids, stamps: tags.map((tag, i) => stampOf(tag, ids[i]!)) }
      const all = together(own, users)
      // In the place of the guard's own values, where they were not known before.
      const compared = mark ? [...tags.filter((tag) => !isValuesOf(guard, tag)), mark] : tags
      return {
        held: compared.map((tag) => ({ tag, stamp: held.get(tagId(tag))! })),
        guard: guard.values,
        guardFresh,
        shapeFresh,
        retainMs,
        key: model.entryKey(guard),
        text: encodeEntry({
          ids: JSON.stringify(all.ids),
          stamps: all.stamps,
          ttlMs,
          keepMs: model.keepMs,
          loadMs: 0,
          payload,
        }),
      }
    })
  }

  /** `null` where they cannot be had: the tags of the row are obtained only now, which costs a round trip more. */
  async function userStamps({ model, userTags, held }: RowToStore): Promise<Stamped | null> {
    const fixed = model.fixedTags.map((name) => tagId({ kind: 'user', name }))
    if (!fixed.every((id) => held.has(id))) return null
    const late = await obtainUserStamps(userTags, { store, retainMs: model.retainMs, marks: held })
    return late && together({ ids: fixed, stamps: fixed.map((id) => held.get(id)!) }, late)
  }

  function cannotStore(model: StoredModel, error: unknown): void {
    report({ kind: 'warning', model: model.model, message: 'A row that was written could not be stored.', error })
  }

  return {
    async hold(model, lookups) {
      if (clock.nowMs() < restUntilMs || !store.isOpen()) return nothingHeld
      const tags: StampTag[] = [{ kind: 'root', model: model.model }]
      for (const lookup of lookups) tags.push(...tagsOfLookup(lookup))
      for (const { id } of model.shapes) {
        tags.push({ kind: 'shape', model: model.model, shape: id }, { kind: 'mark', model: model.model, shape: id })
      }
      for (const name of model.fixedTags) tags.push({ kind: 'user', name })
      if (model.userTags) tags.push({ kind: 'user-mark' })
      const unique = [...new Map(tags.map((tag) => [tagId(tag), tag])).entries()]
      try {
        const stamps = await store.obtainStamps(
          unique.map(([, tag]) => tag),
          model.retainMs,
        )
        return new Map(unique.flatMap(([id], i) => (stamps[i] ? [[id, stamps[i]] as const] : [])))
      } catch {
        // The store has told of it. The write goes on, and so do those that follow, without waiting for it again and again.
        restUntilMs = clock.nowMs() + restMs
        return nothingHeld
      }
    },
    encoded(model, { row, lookups, events }, held) {
      try {
        const ttlMs = jittered(model.ttlMs(row), random)
        const userTags = model.userTags?.(row) ?? []
        return { model, lookups, events, held, payload: codec.encode(row, model.model), ttlMs, userTags }
      } catch (error) {
        cannotStore(model, error)
        return null
      }
    },

    async replacements(rows) {
      const ofRow = (row: RowToStore) =>
        replacementsOfRow(row).catch((error: unknown) => {
          cannotStore(row.model, error)
          return []
        })
      return (await Promise.all(rows.map(ofRow))).flat()
    },
  }
}

/** A lookup whose answer can be stored. */
interface Guarded {
  readonly guard: UniqueLookup
  /** On which its entry depends. */
  readonly tags: readonly Tag[]
  readonly ids: readonly string[]
  /** What is compared in the place of its values, which were not known before. */
  readonly mark: Tag | null
  /** The write touches all lookups of the kind, because it does not know what the key was before. */
  readonly isShapeTouched: boolean
}

function isValuesOf(guard: UniqueLookup, tag: Tag): boolean {
  return tag.kind === 'values' && tag.values === guard.values.values
}

function guardsOf(row: RowToStore, columnsOf: ColumnsOf): readonly Guarded[] {
  return row.lookups.flatMap((guard) => {
    const tags: readonly Tag[] = [{ kind: 'root', model: guard.model }, ...tagsOfLookup(guard)]
    const ids = tags.map(tagId)
    const held = heldOf(row, guard, ids)
    if (!held) return []
    const touched = touchedBy(row, { guard, tags, ids }, columnsOf)
    return touched ? [{ guard, tags, ids, mark: held.mark, ...touched }] : []
  })
}

/** Whether enough is held for a lookup to be a guard, and by which mark if its values were not known. */
function heldOf(
  { model: { model, shapes }, held }: RowToStore,
  { shape: { id: shape } }: UniqueLookup,
  ids: readonly string[],
): { readonly mark: Tag | null } | null {
  if (ids.every((id) => held.has(id))) return { mark: null }
  const mark: Tag = { kind: 'mark', model, shape }
  const needed: readonly Tag[] = [{ kind: 'root', model }, { kind: 'shape', model, shape }, mark]
  return shapes.some(({ id }) => id === shape) && needed.every((tag) => held.has(tagId(tag))) ? { mark } : null
}

/**
 * What the write touches of that on which the entry will depend; `null` if it is more than the guard's values and their shape, or
 * if anything of it is touched by anything but the writing of this row.
 */
function touchedBy(
  { events, others }: RowToStore,
  { guard, tags, ids }: Pick<Guarded, 'guard' | 'tags' | 'ids'>,
  columnsOf: ColumnsOf,
): Pick<Guarded, 'isShapeTouched'> | null {
  const shapes = new Map([[guard.model, [guard.shape]]])
  const touched = (list: readonly RowEvent[]) => {
    const ofModel = list.filter((event) => event.model === guard.model)
    return touchedTags(ofModel, shapes, columnsOf).map(tagId)
  }
  const [own, foreign] = [touched(events), others.length === 0 ? [] : touched(others)]
  const mayBeTouched = (tag: Tag) => tag.kind === 'shape' || isValuesOf(guard, tag)
  const isSpared = ids.every((id, i) => !foreign.includes(id) && (mayBeTouched(tags[i]!) || !own.includes(id)))
  return isSpared ? { isShapeTouched: ids.some((id, i) => tags[i]!.kind === 'shape' && own.includes(id)) } : null
}
