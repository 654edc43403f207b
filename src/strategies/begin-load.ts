import { tagsToObtain } from './fill.ts'
import type { Begun, TakeTurn } from './lease.ts'
import { judgedAt, type LookupDeps, lookAgain } from './lookup.ts'
import type { ReadPlan } from './read-plan.ts'

/**
 * The last look before a load, for {@link takeTurn}: whoever held the lease before may have stored the entry.
 *
 * The entry is read before the stamps are, or in one step with those of its model: what is valid then is as new as anything that the
 * reader could have loaded.
 */
export function beginsOf(plan: ReadPlan, deps: LookupDeps): Pick<TakeTurn, 'begin' | 'beginAlone'> {
  const { store } = deps
  const tags = tagsToObtain(plan)
  const { key, retainMs } = plan

  async function beginAlone(): Promise<Begun> {
    // In this order on one connection: a write that is accepted later moves the stamps, one that was before is seen.
    const [stamps, found] = await Promise.all([store.obtainStamps(tags, retainMs), lookAgain(plan, deps)])
    return { stamps, found }
  }

  return {
    async begin(token, leaseMs) {
      if (plan.pendingRow !== null) {
        // Whether the row has accepted writes is told by another key.
        const [lease, begun] = await Promise.all([store.acquireLease(key, token, leaseMs), beginAlone()])
        return { lease, ...begun }
      }
      const { lease, stamps, entry } = await store.beginLoad(key, { token, leaseMs, tags, retainMs })
      return { lease, stamps, found: await judgedAt(plan, entry, stamps, deps) }
    },
    beginAlone,
  }
}
