import type { Codec } from '../../core/codec.ts'
import { encodeEntry } from '../../core/entry.ts'
import type { MakeNonce } from '../../core/nonce.ts'
import type { AcceptRow } from '../../core/pending-store.ts'
import { tagId } from '../../core/store.ts'
import { jittered } from '../fill.ts'
import type { KeptBase } from './bases.ts'
import type { CarriedStamps } from './carried.ts'
import type { PendingModel } from './pending-model.ts'
import type { Staged } from './staging.ts'

export interface AcceptRowDeps {
  readonly codec: Codec
  readonly makeNonce: MakeNonce
  /** Between 0 and 1. */
  readonly random: () => number
}

/** A row as the store takes it. */
export interface RowToAccept {
  readonly row: AcceptRow
  /** As the next write may build on it, once it is accepted; `null` where nothing tells whether it still is. */
  readonly keep: KeptBase | null
}

/**
 * Every lookup that finds the row now answers with it, those that found it before with nothing: under new stamps, so that neither what
 * others stored before nor what they are about to store is valid.
 */
export function rowToAccept(
  { stored }: PendingModel,
  staged: Staged<unknown>,
  carried: CarriedStamps,
  { codec, makeNonce, random }: AcceptRowDeps,
): RowToAccept {
  const { base, row, lookups, before, after } = staged
  const ttlMs = jittered(stored.ttlMs(row), random)
  const retainMs = ttlMs + stored.staleMs
  // Tags that depend on the row would cost a round trip more: then its lookups wait until it is in the database.
  const isAnswered = stored.userTags === null && retainMs > 0
  const payloads = { now: '', none: '' }
  let keep: KeptBase | null = null
  const answers = lookups.map((lookup) => {
    const guardFresh = makeNonce()
    const isNew = !before.includes(lookup)
    const answer = {
      guard: lookup.values,
      isNew,
      guardFresh,
      key: stored.entryKey(lookup),
      retainMs: Math.max(1, retainMs),
    }
    if (!isAnswered) return { ...answer, text: null }
    const stamps = carried.forEntry(lookup)
    const isNow = after.includes(lookup)
    if (isNow) payloads.now ||= codec.encode(row)
    else payloads.none ||= codec.encode(null)
    if (isNow && !keep) {
      const shape = stamps[tagId({ ...lookup.values, kind: 'shape' })]!
      const characters = payloads.now.length
      keep = { row, guard: lookup.values, stamp: guardFresh, root: carried.root, shape, characters }
    }
    const payload = isNow ? payloads.now : payloads.none
    const entry = { stamps: { ...stamps, [tagId(lookup.values)]: guardFresh }, ttlMs, staleMs: stored.staleMs, payload }
    return { ...answer, text: encodeEntry(entry) }
  })
  const held = base && { guard: base.guard, stamp: base.stamp }
  return { row: { held, answers, writes: staged.texts(codec) }, keep }
}
