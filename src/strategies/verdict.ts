import { type Entry, isOfTags, stampsById } from '../core/entry.ts'
import { softeningOf } from '../core/soft-stamps.ts'
import { parseTagId } from '../core/stamp-tags.ts'
import type { Looked, Stamp, StampTag, Store } from '../core/store.ts'
import type { TagList } from '../core/tag-list.ts'
import type { ExpectedTags } from './expected-tags.ts'
import type { ReadPlan } from './read-plan.ts'

/** What the stamps of an entry say: `softened` may be served until it is loaded again. */
export type Verdict = 'current' | 'softened' | 'outdated'

/** The common case: the entry depends on the tags that were looked up and on nothing else, and all are as they were. */
export function areAllCurrent(entry: Entry, tags: TagList, stamps: Looked['stamps']): boolean {
  if (!isOfTags(entry, tags)) return false
  const { length } = tags.list
  for (let i = 0; i < length; i += 1) if (!isCurrent(entry.stamps[i], stamps[i])) return false
  return entry.stamps.length === length
}

/**
 * By the tags of the query as it is analysed now, not as it was when the entry was written; and by what the entry depends on besides:
 * the tags that its rows told, and user tags that this caller did not name.
 */
export async function judgedByTags(
  entry: Entry,
  plan: ReadPlan,
  stamps: Looked['stamps'],
  { store, expected }: { readonly store: Store; readonly expected: ExpectedTags },
): Promise<Verdict> {
  const held = stampsById(entry)
  const softenings = new Set<string>()
  const isGood = (stamp: Stamp | undefined, current: Stamp | null | undefined) => {
    if (isCurrent(stamp, current)) return true
    const softening = softeningOf(stamp, current)
    if (softening === null) return false
    softenings.add(softening)
    // A second invalidation ends what the first one let be served, whatever each of them named.
    return softenings.size === 1
  }
  const named = plan.tags.ids
  if (!named.every((id, i) => isGood(held.get(id), stamps[i]))) return 'outdated'
  const others = new Map(held)
  for (const id of named) others.delete(id)
  const tags = [...others.keys()].map(parseTagId)
  if (!areKnown(tags)) return 'outdated'
  const current = tags.length === 0 ? [] : await store.stamps(tags)
  if (![...others.values()].every((stamp, i) => isGood(stamp, current[i]))) return 'outdated'
  expected.learn(plan, tags)
  return softenings.size === 0 ? 'current' : 'softened'
}

function areKnown(tags: readonly (StampTag | undefined)[]): tags is readonly StampTag[] {
  return !tags.includes(undefined)
}

function isCurrent(held: Stamp | undefined, current: Stamp | null | undefined): boolean {
  return held !== undefined && held === current
}
