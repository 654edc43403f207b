import type { Clock } from '../../core/clock.ts'
import type { ResultCodec } from '../../core/codec.ts'
import { encodeEntry } from '../../core/entry.ts'
import type { Stamp } from '../../core/entry-key.ts'
import type { Report } from '../../core/events.ts'
import type { MakeNonce } from '../../core/nonce.ts'
import type { AcceptRow, PendingAnswer } from '../../core/pending-store.ts'
import type { KeptBase } from './bases.ts'
import type { CarriedStamps } from './carried.ts'
import type { PendingModel } from './pending-model.ts'
import type { RowLookup } from './row-facts.ts'
import type { Staged } from './staging.ts'
import { ttlOf } from './ttl.ts'

export interface AcceptRowDeps {
  readonly codec: ResultCodec
  readonly clock: Clock
  readonly report: Report
  readonly makeNonce: MakeNonce
  /** Between 0 and 1. */
  readonly random: () => number
}

/** A row as the store takes it. */
export interface RowToAccept {
  readonly row: AcceptRow
  /** As the next write may build on it, once it is accepted; `null` where nothing tells whether it still is. */
  readonly keep: KeptBase | null
  /** How much text it is. */
  readonly characters: number
}

/**
 * Every lookup that finds the row now answers with it, those that found it before with nothing: under new stamps, so that neither what
 * others stored before nor what they are about to store is valid.
 *
 * @throws what the codec throws.
 */
export function rowToAccept(
  model: PendingModel,
  staged: Staged<unknown>,
  carried: CarriedStamps,
  { codec, clock, makeNonce, random, report }: AcceptRowDeps,
): RowToAccept {
  const { base, row, facts, lookups, before, after } = staged
  const nowMs = clock.nowMs()
  // No longer than what it was made of.
  const limitMs = base?.row ? base.freshUntilMs - nowMs : Number.POSITIVE_INFINITY
  const ttlMs = Math.min(ttlOf(model, row, { random, report }), Math.floor(limitMs))
  const { stored } = model
  const retainMs = Math.max(1, ttlMs + stored.keepMs)
  // Tags that depend on the row would cost a round trip more: then its lookups wait until it is in the database.
  const isAnswered = stored.userTags === null && ttlMs > 0
  const payload = isAnswered && row ? codec.encode(row, model.model) : ''
  let keep: KeptBase | null = null
  let characters = 0

  /** The entry of a lookup that finds the row now, or else nothing. */
  function entryOf(lookup: RowLookup, guardFresh: Stamp, isNow: boolean): string {
    const { entry } = carried.ofShape(lookup)
    const shown = isNow ? payload : codec.encode(null, model.model)
    const stamps = [...entry, guardFresh]
    return encodeEntry({ ids: lookup.ids, stamps, ttlMs, keepMs: stored.keepMs, loadMs: 0, payload: shown })
  }

  const answers: PendingAnswer[] = []
  for (const lookup of lookups) {
    const guardFresh = makeNonce()
    const isNow = after.includes(lookup)
    const text = isAnswered ? entryOf(lookup, guardFresh, isNow) : null
    const isNew = !before.includes(lookup)
    answers.push({ guard: lookup.values, isNew, guardFresh, key: lookup.key, retainMs, text })
    characters += text?.length ?? 0
    if (isAnswered && isNow) {
      const { shape } = carried.ofShape(lookup)
      keep ??= {
        row,
        facts,
        guard: lookup.values,
        stamp: guardFresh,
        root: carried.root,
        shape,
        freshUntilMs: nowMs + ttlMs,
        characters: payload.length,
      }
    }
  }
  const writes = staged.texts(codec)
  for (const text of writes) characters += text.length
  return { row: { held: base && { guard: base.guard, stamp: base.stamp }, answers, writes }, keep, characters }
}
