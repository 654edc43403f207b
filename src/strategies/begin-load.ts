import { tagsToObtain } from './fill.ts'
import type { Begun, TakeTurn } from './lease.ts'
import { judgedAt, type LookupDeps, lookAgain } from './lookup.ts'
import type { ReadPlan } from './read-plan.ts'
import { SwitchedOff } from './switched-off.ts'

/**
 * The last look before a load, for {@link takeTurn}: whoever held the lease before may have stored the entry.
 *
 * In which order entry and stamps are read does not matter: what an entry is compared with are stamps from after the read began, and one that
 * is gone does not return.
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
        // Whether the row has accepted writes is told by another key. In this order on one connection: what a holder filled before it
        // released is seen by whoever comes after.
        const [lease, begun] = await Promise.all([store.acquireLease(key, token, leaseMs), beginAlone()])
        return { lease, ...begun }
      }
      const begun = await store.beginLoad(key, { token, leaseMs, tags, retainMs })
      if (begun === 'off') throw new SwitchedOff(key.model)
      const { lease, stamps, entry } = begun
      return { lease, stamps, found: await judgedAt(plan, entry, stamps, deps) }
    },
    beginAlone,
  }
}
