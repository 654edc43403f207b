import { beginsOf } from './begin-load.ts'
import { loadEntry } from './fill.ts'
import type { Flying, Landed } from './flights.ts'
import { takeTurn } from './lease.ts'
import { fillAndRelease, releasedOnError } from './leased-load.ts'
import type { BatchMember } from './load-batches.ts'
import type { LookupDeps } from './lookup.ts'
import { about, type Load, type ReadPlan } from './read-plan.ts'
import type { Refreshes, RefreshesDeps } from './refreshes.ts'
import { missInfo, servedFromStore } from './served.ts'

export interface SharedLoadDeps extends RefreshesDeps, LookupDeps {
  readonly refreshes: Refreshes
}

/**
 * One load for everybody: in this process by the flight, across processes by the lease.
 *
 * @param member of the reads that began in the same tick, to load together with them.
 */
export async function sharedLoad(
  plan: ReadPlan,
  load: Load,
  { loading, waiting, member }: Flying & { readonly member: BatchMember },
  deps: SharedLoadDeps,
): Promise<Landed> {
  const { report, slots, refreshes } = deps
  const turn = await takeTurn(
    {
      key: plan.key,
      ...beginsOf(plan, deps),
      takeSlot: () => slots.take(plan, waiting),
      onHeld: () => member.leave(),
      renewForMs: plan.loadTimeout.hardMs,
    },
    deps,
  )
  // Where loads cannot begin, entries may be there all the same.
  if (turn.kind === 'theirs' || turn.stamps === null) plan.misses.end()
  if (turn.kind === 'theirs') {
    if (turn.found.isDue) refreshes.start(plan, load)
    return { kind: 'found', served: servedFromStore(turn.found, plan, report) }
  }
  const lease = turn.kind === 'ours' ? turn.lease : null
  report({ kind: 'miss', ...about(plan) })
  await member.ready()
  loading(turn.stamps)
  const loadNow = () => loadEntry(plan, turn.stamps, load, deps).finally(turn.slot.free)
  const loaded = await releasedOnError(lease, loadNow)
  const filling = fillAndRelease(loaded, lease)
  // Tags that only the result tells cost more round trips, and until it is stored nobody joins who did not wait already.
  if (plan.marks.length > 0) await filling
  // Else it has left before the caller goes on, who may do anything: what is asked for next on this connection comes behind it.
  else await new Promise(process.nextTick)
  return { kind: 'loaded', served: { result: loaded.result, info: missInfo }, payload: loaded.payload, filling }
}
