import type { Clock } from '../../core/clock.ts'
import type { ResultCodec } from '../../core/codec.ts'
import { encodeEntry } from '../../core/entry.ts'
import type { Report } from '../../core/events.ts'
import type { MakeNonce } from '../../core/nonce.ts'
import type { AcceptRow } from '../../core/pending-store.ts'
import { tagId } from '../../core/stamp-tags.ts'
import type { KeptBase } from './bases.ts'
import type { CarriedStamps } from './carried.ts'
import type { PendingModel } from './pending-model.ts'
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
  const { base, row, lookups, before, after } = staged
  const nowMs = clock.nowMs()
  // No longer than what it was made of.
  const limitMs = base?.row ? base.freshUntilMs - nowMs : Number.POSITIVE_INFINITY
  const ttlMs = Math.min(ttlOf(model, row, { random, report }), Math.floor(limitMs))
  const { stored } = model
  const retainMs = ttlMs + stored.keepMs
  // Tags that depend on the row would cost a round trip more: then its lookups wait until it is in the database.
  const isAnswered = stored.userTags === null && ttlMs > 0
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
    if (isNow) payloads.now ||= codec.encode(row, model.model)
    else payloads.none ||= codec.encode(null, model.model)
    if (isNow && !keep) {
      const shape = stamps[tagId({ ...lookup.values, kind: 'shape' })]!
      const characters = payloads.now.length
      const freshUntilMs = nowMs + ttlMs
      keep = { row, guard: lookup.values, stamp: guardFresh, root: carried.root, shape, characters, freshUntilMs }
    }
    const payload = isNow ? payloads.now : payloads.none
    const entry = {
      ids: [...Object.keys(stamps), tagId(lookup.values)],
      stamps: [...Object.values(stamps), guardFresh],
      ttlMs,
      keepMs: stored.keepMs,
      loadMs: 0,
      payload,
    }
    return { ...answer, text: encodeEntry(entry) }
  })
  const held = base && { guard: base.guard, stamp: base.stamp }
  const writes = staged.texts(codec)
  const texts = [...writes, ...answers.map(({ text }) => text ?? '')]
  const characters = texts.reduce((sum, { length }) => sum + length, 0)
  return { row: { held, answers, writes }, keep, characters }
}
