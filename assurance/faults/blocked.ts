import type { Step } from '../load/steps.ts'
import type { Stage } from '../stage/stage.ts'
import { type Fault, type Harm, nothingIsSeen } from './fault.ts'

/** One process is busy, at a bad moment, for longer than others wait for it. */
export const blockedFaults: readonly Fault[] = [
  {
    name: 'blocked-loading',
    title: 'A process blocked while it loads',
    what: 'Its event loop is blocked for twice loadLease right after a query, before it could store the result.',
    expected:
      'Its own requests wait as long. Others wait for the lease of that one entry at most, then load it themselves. The waits here are those of the others.',
    promise: nothingIsSeen,
    victims: 1,
    prepare: (stage) => blockedAt('loaded', 2 * stage.leases.loadLeaseMs, stage),
  },
  {
    name: 'blocked-writing',
    title: 'A process blocked while it writes',
    what: 'Its event loop is blocked for twice the lease right after a write has been committed, before anything was invalidated.',
    expected:
      'The write is not acknowledged before its invalidation, so nobody is owed the new row yet; after the lease the process is taken for dead, and the model is invalidated. The waits here are those of the others.',
    promise: nothingIsSeen,
    victims: 1,
    prepare: (stage) => blockedAt('committed', 2 * stage.leases.leaseMs, stage),
  },
]

async function blockedAt(step: Step, blockMs: number, { workers: [worker] }: Stage): Promise<Harm> {
  return {
    start: () => worker!.call('arm', step, { kind: 'block', blockMs }),
    async end() {
      // Answered once the process is free again.
      return { 'milliseconds blocked': blockMs * (await worker!.call('stepsDone')) }
    },
  }
}
