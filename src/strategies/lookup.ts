import { type Soon, soon } from '../core/soon.ts'
import type { Looked } from '../core/store.ts'
import type { ValuesTag } from '../core/tags.ts'
import type { Found, FoundAgain } from './found.ts'
import { type JudgeDeps, judged, judgedAgain } from './judge-entry.ts'
import type { ReadPlan } from './read-plan.ts'

export interface LookupDeps extends JudgeDeps {
  /** Resolves when what was accepted on these models before the call is in the database. */
  readonly settled: (models: readonly string[]) => Promise<void>
  /** Whether the ages of entries are told to anybody. */
  readonly areAgesTold: () => boolean
}

/**
 * Looks for an entry that is valid now: every tag of the query still has the stamp that it had before the rows were read.
 *
 * A stamp that is missing makes it invalid: whatever lost the stamp may have lost an invalidation. An entry that cannot be
 * read is a miss. Throws or rejects when the store is out of reach.
 */
export function lookup(plan: ReadPlan, deps: LookupDeps, { isLast = false } = {}): Soon<Found> {
  const { pendingRow } = plan
  if (pendingRow !== null) return lookupOfRow(plan, pendingRow, deps, { isLast })
  const withAge = dependsOnAge(plan) || deps.areAgesTold()
  const tags = deps.expected.of(plan)
  const looking = deps.store.lookup(plan.key, tags, { watch: { models: plan.pending }, withAge, isLast })
  return soon(looking, (looked) => {
    if (!looked.isPending) return judged(plan, looked, tags, deps)
    return deps.settled(plan.pending).then(() => judgedAgain(plan, deps))
  })
}

/** What is accepted for a row answers its lookups, too. */
async function lookupOfRow(
  plan: ReadPlan,
  row: ValuesTag,
  deps: LookupDeps,
  { isLast }: { readonly isLast: boolean },
): Promise<Found> {
  for (;;) {
    const looked = await deps.store.lookup(plan.key, plan.tags, { watch: { row }, isLast })
    const found = await judged(plan, looked, plan.tags, deps)
    if (found.kind !== 'missing' || !looked.isPending) return found
    // Nothing in the store says what the row will be.
    await deps.settled(plan.pending)
  }
}

/** Whether this caller tells entries apart by their age, of those that are still there. */
function dependsOnAge({ keepMs, freshMaxMs, refreshAhead, adaptive }: ReadPlan): boolean {
  return keepMs > 0 || freshMaxMs < Number.POSITIVE_INFINITY || refreshAhead !== null || adaptive !== null
}

/** The same for a second look, at a query that has waited for accepted writes already; behind the command that obtains its stamps. */
export async function lookAgain(plan: ReadPlan, deps: LookupDeps): Promise<FoundAgain> {
  const found = await lookup(plan.pendingRow ? plan : { ...plan, pending: [] }, deps, { isLast: true })
  return withoutOff(found)
}

/**
 * The same from what is at hand: an entry, and stamps, those of the query's tags first. Nobody asks whether the caching of a model has been
 * switched off since: that has removed its root stamp, and then nothing is valid.
 */
export async function judgedAt(
  plan: ReadPlan,
  entry: Looked['entry'],
  stamps: Looked['stamps'],
  deps: LookupDeps,
): Promise<FoundAgain> {
  const ofTags = stamps.length === plan.tags.list.length ? stamps : stamps.slice(0, plan.tags.list.length)
  return withoutOff(await judged(plan, { entry, stamps: ofTags, isPending: false, off: [] }, plan.tags, deps))
}

function withoutOff(found: Found): FoundAgain {
  return found.kind === 'off' ? { kind: 'missing', stamps: found.stamps, spare: null } : found
}
