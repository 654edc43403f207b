import type { Clock } from '../core/clock.ts'
import type { Codec } from '../core/codec.ts'
import { decodeEntry, type Entry } from '../core/entry.ts'
import { isStoreError } from '../core/errors.ts'
import type { Report } from '../core/events.ts'
import { isSoftlyOutdated } from '../core/soft-stamps.ts'
import { type Looked, parseTagId, type Stamp, type StampTag, type Store, tagId } from '../core/store.ts'
import { about, type ReadPlan } from './read-plan.ts'
import { isDue as isDueAhead } from './refresh-ahead.ts'

export type Found =
  /** `isDue`: it is to be loaded again, though it may be served. */
  | { readonly kind: 'fresh' | 'stale'; readonly result: unknown; readonly ageMs: number; readonly isDue: boolean }
  /** `stamps` are the current ones of the query's tags; `spare` is what may be served where nothing can be loaded. */
  | { readonly kind: 'missing'; readonly stamps: Looked['stamps']; readonly spare: Spare | null }
  /** The caching of a model that it reads is switched off: nothing is to be served or stored. */
  | { readonly kind: 'off'; readonly stamps: Looked['stamps']; readonly model: string }

/** What a second look finds: who has begun to load goes on, whatever is switched off meanwhile. */
export type FoundAgain = Exclude<Found, { kind: 'off' }>

/** An entry that is valid, and too old to be served without need. */
export interface Spare {
  readonly result: unknown
  readonly ageMs: number
}

export interface EntryDeps {
  readonly store: Store
  readonly codec: Codec
  readonly report: Report
}

export interface LookupDeps extends EntryDeps {
  readonly clock: Clock
  /** Resolves when what was accepted on these models before the call is in the database. */
  readonly settled: (models: readonly string[]) => Promise<void>
  /** Between 0 and 1. */
  readonly random: () => number
}

/**
 * Looks for an entry that is valid now: every tag of the query still has the stamp that it had before the rows were read.
 *
 * A stamp that is missing makes it invalid: whatever lost the stamp may have lost an invalidation. An entry that cannot be
 * read is a miss. Rejects when the store is out of reach.
 */
export async function lookup(plan: ReadPlan, deps: LookupDeps): Promise<Found> {
  const { store, settled } = deps
  const { pendingRow } = plan
  if (pendingRow === null) {
    const looked = await store.lookup(plan.key, plan.tags, { models: plan.pending })
    if (!looked.isPending) return judged(plan, looked, deps)
    await settled(plan.pending)
    return judged(plan, await store.lookup(plan.key, plan.tags), deps)
  }
  for (;;) {
    const looked = await store.lookup(plan.key, plan.tags, { row: pendingRow })
    const found = await judged(plan, looked, deps)
    if (found.kind !== 'missing' || !looked.isPending) return found
    // Nothing in the store says what the row will be.
    await settled(plan.pending)
  }
}

/** The same for a second look, at a query that has waited for accepted writes already. */
export async function lookAgain(plan: ReadPlan, deps: LookupDeps): Promise<FoundAgain> {
  const found = await lookup(plan.pendingRow ? plan : { ...plan, pending: [] }, deps)
  return found.kind === 'off' ? { kind: 'missing', stamps: found.stamps, spare: null } : found
}

async function judged(
  plan: ReadPlan,
  looked: Looked,
  { store, codec, clock, report, random }: LookupDeps,
): Promise<Found> {
  const [off] = looked.off
  if (off !== undefined) return { kind: 'off', stamps: looked.stamps, model: off }
  const missing: Found = { kind: 'missing', stamps: looked.stamps, spare: null }
  // This very answer may be the first one after an outage.
  if (!looked.entry || store.isRecovering()) return missing
  try {
    const entry = decodeEntry(looked.entry.text)
    const ageMs = Math.max(0, entry.ttlMs + entry.keepMs - looked.entry.remainingMs)
    const freshMs = Math.min(entry.ttlMs, plan.freshMaxMs)
    // What the database has is older than a row with accepted writes, whatever its age.
    const kind = ageMs < freshMs || looked.isPending ? 'fresh' : 'stale'
    const pastMs = kind === 'fresh' ? 0 : ageMs - freshMs
    if (kind === 'stale' && pastMs >= Math.max(plan.staleMs, plan.staleIfErrorMs)) return missing
    const byTags = judgedByTags(entry, plan.tags, looked)
    if (byTags === 'outdated') return missing
    const verdict = worst([byTags, await judgedByLateTags(entry, plan.tags, store)])
    if (verdict === 'outdated') return missing
    const found = { result: codec.decode(entry.payload), ageMs }
    if (!isAcceptable(plan, found.result, { report })) return missing
    if (kind === 'stale' && pastMs >= plan.staleMs) return { ...missing, spare: found }
    if (verdict === 'softened') return { kind: 'stale', ...found, isDue: true }
    if (kind === 'fresh') {
      const { stamps, payload } = entry
      plan.adaptive?.hit({ key: plan.key.digest, loadedAtMs: clock.nowMs() - ageMs, stamps, payload })
    }
    const isDue =
      kind === 'stale' ||
      (!looked.isPending && isDueAhead({ freshMs, ageMs, loadMs: entry.loadMs }, plan.refreshAhead, random))
    return { kind, ...found, isDue }
  } catch (error) {
    if (isStoreError(error)) throw error
    report({ kind: 'undecodable', ...about(plan), error })
    return missing
  }
}

/** Whether the user's function lets a result pass. One that throws does not. */
export function isAcceptable(plan: ReadPlan, result: unknown, { report }: Pick<EntryDeps, 'report'>): boolean {
  if (plan.validate === null) return true
  try {
    if (plan.validate(result)) return true
    report({ kind: 'rejected', ...about(plan) })
  } catch (error) {
    report({ kind: 'rejected', ...about(plan), error })
  }
  return false
}

/** What the stamps of an entry say: `softened` may be served until it is loaded again. */
type Verdict = 'current' | 'softened' | 'outdated'

/** By the tags of the query as it is analysed now, not as it was when the entry was written. */
function judgedByTags(entry: Entry, tags: readonly StampTag[], { stamps }: Looked): Verdict {
  if (tags.every((tag, i) => isCurrent(entry.stamps[tagId(tag)], stamps[i]))) return 'current'
  return worst(tags.map((tag, i) => judgedStamp(entry.stamps[tagId(tag)], stamps[i])))
}

/** By what the entry depends on besides: the tags that its rows told, and user tags that this caller did not name. */
async function judgedByLateTags({ stamps }: Entry, tags: readonly StampTag[], store: Store): Promise<Verdict> {
  const named = new Set(tags.map(tagId))
  const ids = Object.keys(stamps).filter((id) => !named.has(id))
  if (ids.length === 0) return 'current'
  const late = ids.map(parseTagId)
  if (late.includes(undefined)) return 'outdated'
  const current = await store.stamps(late as StampTag[])
  return worst(ids.map((id, i) => judgedStamp(stamps[id], current[i])))
}

function judgedStamp(held: Stamp | undefined, current: Stamp | null | undefined): Verdict {
  if (isCurrent(held, current)) return 'current'
  return isSoftlyOutdated(held, current) ? 'softened' : 'outdated'
}

function isCurrent(held: Stamp | undefined, current: Stamp | null | undefined): boolean {
  return held !== undefined && held === current
}

function worst(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes('outdated')) return 'outdated'
  return verdicts.includes('softened') ? 'softened' : 'current'
}
