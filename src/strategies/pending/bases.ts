import { LRUCache } from 'lru-cache'
import type { Row } from '../../analysis/pending/pending-write.ts'
import type { UniqueLookup } from '../../analysis/unique-lookup.ts'
import type { Clock } from '../../core/clock.ts'
import type { ResultCodec } from '../../core/codec.ts'
import { decodeEntry, stampsById } from '../../core/entry.ts'
import type { Report } from '../../core/events.ts'
import { tagId } from '../../core/stamp-tags.ts'
import type { Stamp, StampTag, Store, StoredText } from '../../core/store.ts'
import { TagList } from '../../core/tag-list.ts'
import { type Base, tagsOfBase } from './base.ts'
import type { PendingModel } from './pending-model.ts'
import { factsOf } from './row-facts.ts'
import { ttlOf } from './ttl.ts'

export interface BasesDeps {
  readonly store: Store
  readonly codec: ResultCodec
  readonly clock: Clock
  readonly report: Report
  /** Between 0 and 1. */
  readonly random: () => number
  /** Asks the database for the row, with all its fields. */
  readonly loadRow: (lookup: UniqueLookup) => Promise<Row | null>
  /** Resolves when what is pending on the model is in the database. */
  readonly settled: () => Promise<void>
}

/** The rows that writes build on: those this process wrote last, from the store, or from the database. */
export interface Bases {
  /** Not one whose time is over. */
  known(lookup: UniqueLookup): Base | undefined
  /** As a write leaves it. */
  keep(
    row: { readonly lookups: readonly UniqueLookup[]; readonly after: readonly UniqueLookup[] },
    base: KeptBase,
  ): void
  forget(lookups: readonly UniqueLookup[]): void
  forgetAll(): void
  /** `null` where the store has no room for this kind of lookups. */
  load(lookup: UniqueLookup): Promise<Base | null>
}

/** A row as it was written, and how long it is as text. */
export interface KeptBase extends Base {
  readonly characters: number
}

const knownMax = 20_000
const charactersMax = 32 * 1024 * 1024
/** Of the objects around a row, and of what is known of it, roughly. */
const overhead = 1000

export function createBases(model: PendingModel, deps: BasesDeps): Bases {
  const { store, codec, clock, loadRow, settled } = deps
  const known = new LRUCache<string, KeptBase>({
    max: knownMax,
    maxSize: charactersMax,
    sizeCalculation: ({ characters }) => characters + overhead,
  })
  const loading = new Map<string, Promise<Base | null>>()

  async function load(lookup: UniqueLookup): Promise<Base | null> {
    const key = model.stored.entryKey(lookup)
    const tags = tagsOfBase(model.model, lookup)
    for (;;) {
      // In this order on one connection: a write that is accepted later moves the stamps.
      const [stamps, looked] = await Promise.all([
        store.obtainStamps(tags, model.stored.retainMs),
        store.lookup(key, new TagList(tags), { watch: { row: lookup.values }, isLast: true }),
      ])
      const [root, shape, stamp] = stamps
      if (!root || !shape || !stamp) return null
      const base = { guard: lookup.values, stamp, root, shape }
      const stored = looked.entry && !store.isRecovering() && storedRow(looked.entry, tags, stamps)
      if (stored) return { ...base, ...stored, facts: stored.row && factsOf(model, stored.row) }
      if (!looked.isPending) {
        const row = await loadRow(lookup)
        return {
          ...base,
          row,
          facts: row && factsOf(model, row),
          freshUntilMs: clock.nowMs() + ttlOf(model, row, deps),
        }
      }
      await settled()
    }
  }

  function storedRow({ text, remainingMs }: StoredText, tags: readonly StampTag[], stamps: readonly (Stamp | null)[]) {
    try {
      const entry = decodeEntry(text)
      const freshMs = (remainingMs ?? 0) - entry.keepMs
      const held = stampsById(entry)
      const isValid = tags.every((tag, i) => held.get(tagId(tag)) === stamps[i])
      // What depends on tags of users besides may be invalid by them.
      if (!isValid || freshMs <= 0 || held.size !== tags.length) return null
      return { row: codec.decode(entry.payload, model.model) as Row | null, freshUntilMs: clock.nowMs() + freshMs }
    } catch {
      return null
    }
  }

  return {
    known(lookup) {
      const base = known.get(lookup.name)
      return base && base.freshUntilMs > clock.nowMs() && !store.isRecovering() ? base : undefined
    },
    keep({ lookups, after }, base) {
      for (const lookup of lookups) {
        if (after.includes(lookup)) known.set(lookup.name, base)
        else known.delete(lookup.name)
      }
    },
    forget(lookups) {
      for (const lookup of lookups) known.delete(lookup.name)
    },
    forgetAll: () => known.clear(),
    load(lookup) {
      const name = lookup.name
      const running = loading.get(name)
      if (running) return running
      const started = load(lookup).finally(() => loading.delete(name))
      loading.set(name, started)
      return started
    },
  }
}
