import type { Codec } from '../core/codec.ts'
import { decodeEntry, type Entry } from '../core/entry.ts'
import type { Report } from '../core/events.ts'
import { type Looked, type Stamp, type StampTag, type Store, tagId } from '../core/store.ts'
import type { ReadPlan } from './read-plan.ts'

export type Found =
  | { readonly kind: 'fresh' | 'stale'; readonly result: unknown; readonly ageMs: number }
  /** `stamps` are the current ones of the query's tags. */
  | { readonly kind: 'missing'; readonly stamps: Looked['stamps'] }

export interface LookupDeps {
  readonly store: Store
  readonly codec: Codec
  readonly report: Report
}

/**
 * Looks for an entry that is valid now: every tag of the query still has the stamp that it had before the rows were read.
 *
 * A stamp that is missing makes it invalid: whatever lost the stamp may have lost an invalidation. An entry that cannot be
 * read is a miss. Rejects when the store is out of reach.
 */
export async function lookup(plan: ReadPlan, { store, codec, report }: LookupDeps): Promise<Found> {
  const looked = await store.lookup(plan.key, plan.tags)
  const missing: Found = { kind: 'missing', stamps: looked.stamps }
  if (!looked.entry) return missing
  try {
    const entry = decodeEntry(looked.entry.text)
    const ageMs = Math.max(0, entry.ttlMs + entry.staleMs - looked.entry.remainingMs)
    const freshMs = Math.min(entry.ttlMs, plan.freshMaxMs)
    const kind = ageMs < freshMs ? 'fresh' : 'stale'
    if (kind === 'stale' && ageMs >= freshMs + plan.staleMs) return missing
    if (!hasCurrentStamps(entry, plan.tags, looked)) return missing
    if (!(await hasCurrentOtherTags(entry, plan.tags, store))) return missing
    return { kind, result: codec.decode(entry.payload), ageMs }
  } catch (error) {
    if (isStoreError(error)) throw error
    report({ kind: 'undecodable', model: plan.model, operation: plan.operation, key: plan.key.digest, error })
    return missing
  }
}

/** By the tags of the query as it is analysed now, not as it was when the entry was written. */
function hasCurrentStamps(entry: Entry, tags: readonly StampTag[], { stamps }: Looked): boolean {
  return tags.every((tag, i) => {
    const held = tag.kind === 'user' ? entry.userTags[tag.name] : entry.stamps[tagId(tag)]
    return sameStamp(held, stamps[i])
  })
}

/** The user tags that the entry carries and this caller did not name: from its result, or from whoever filled it. */
async function hasCurrentOtherTags({ userTags }: Entry, tags: readonly StampTag[], store: Store): Promise<boolean> {
  const named = new Set(tags.map((tag) => (tag.kind === 'user' ? tag.name : undefined)))
  const names = Object.keys(userTags).filter((name) => !named.has(name))
  if (names.length === 0) return true
  const current = await store.stamps(names.map((name) => ({ kind: 'user', name })))
  return names.every((name, i) => sameStamp(userTags[name], current[i]))
}

function sameStamp(held: Stamp | undefined, current: Stamp | null | undefined): boolean {
  return held !== undefined && held === current
}

function isStoreError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('STORE.')
}
