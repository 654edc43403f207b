import { LRUCache } from 'lru-cache'
import { isFlushTimeout, isStoreError } from '../core/errors.ts'
import type { Report } from '../core/events.ts'
import { type Asked, type FillDeps, type Held, type Loaded, loadEntry, tagsToObtain } from './fill.ts'
import { createFlights, type Flying, type Landed } from './flights.ts'
import type { Invalidator } from './invalidator.ts'
import { type HeldLease, type LeaseDeps, takeTurn, tryLease } from './lease.ts'
import { type Found, type FoundAgain, type LookupDeps, lookAgain, lookup, type Spare } from './lookup.ts'
import { about, type Load, type ReadPlan, type Served } from './read-plan.ts'
import { createStaleAnswers, restMs, type StaleAnswersDeps } from './stale-answers.ts'

export interface CacheAsideDeps extends FillDeps, LookupDeps, LeaseDeps, StaleAnswersDeps {
  readonly invalidator: Pick<Invalidator, 'owes'>
}

export interface CacheAside {
  /** Serves a read from the store, or from the database when the store has nothing valid. */
  read(plan: ReadPlan, load: Load): Promise<Served>
  /** Resolves when nothing runs in the background any more. */
  idle(): Promise<void>
}

/**
 * How every strategy reads: looks in the store, and loads on a miss. What is loaded and stored, the result or the row, is in the plan.
 *
 * The store failing is never the caller's problem: the query runs. The query failing always is: its error passes through
 * untouched and nothing is stored, unless an older entry may be served instead.
 */
export function createCacheAside(deps: CacheAsideDeps): CacheAside {
  const { store, codec, report, invalidator } = deps
  const flights = createFlights(deps.clock)
  const staleAnswers = createStaleAnswers(deps)
  const refreshes = new Map<string, Promise<void>>()
  /** Entries that were just loaded again in vain: the next hit need not try. */
  const fruitless = new LRUCache<string, true>({ max: 10_000, ttl: restMs })

  async function read(plan: ReadPlan, load: Load): Promise<Served> {
    if (invalidator.owes(plan.models)) {
      await settled(plan)
      return bypass('an invalidation is not confirmed yet', plan, load, report)
    }
    let found: Found
    try {
      found = await lookup(plan, deps)
    } catch (error) {
      if (isFlushTimeout(error)) throw error
      if (!isStoreError(error)) report({ kind: 'warning', model: plan.model, message: refused, error })
      return bypass('the store is unavailable', plan, load, report)
    }
    if (found.kind === 'off') {
      await settled(plan)
      return bypass(`the caching of ${found.model} is switched off`, plan, load, report)
    }
    if (found.kind !== 'missing') {
      if (found.isDue) refresh(plan, load)
      return fromStore(found, plan)
    }
    const outcome = await staleAnswers.wait(plan, found.spare, () => arrive(plan, load, found.stamps))
    return outcome.kind === 'loaded' ? outcome.value : instead(outcome.spare, outcome.why, plan)
  }

  /** Loads, or takes part in a load. */
  async function arrive(plan: ReadPlan, load: Load, seen: Held): Promise<Served> {
    // Operations that share an entry do not share an error: one may find that there is nothing, another may not.
    const id = `${plan.key.model} ${plan.key.digest} ${plan.operation}`
    const arrival = await flights.join(id, seen, (flying) => fly(plan, load, flying), plan.loadTimeout.hardMs)
    if (arrival.kind === 'own') return arrival.served
    // Somebody's entry, seen before we asked: it may be older than what we must see.
    if (arrival.kind === 'too-early') return read(plan, load)
    report({ kind: 'miss', ...about(plan) })
    // Each caller gets an object of its own.
    return { result: arrival.payload === null ? (await load()).result : codec.decode(arrival.payload), info: missInfo }
  }

  async function settled({ pending }: ReadPlan): Promise<void> {
    if (pending.length === 0) return
    // A store out of reach says nothing of what waits there.
    await deps.settled(pending).catch((error) => {
      if (isFlushTimeout(error)) throw error
    })
  }

  /** One load for everybody: in this process by the flight, across processes by the lease. */
  async function fly(plan: ReadPlan, load: Load, { loading, waitedMs }: Flying): Promise<Landed> {
    const turn = await takeTurn(
      {
        key: plan.key,
        look: () => lookAgain(plan, deps),
        obtainStamps: () => store.obtainStamps(tagsToObtain(plan), plan.retainMs),
        renewForMs: plan.loadTimeout.hardMs,
      },
      deps,
    )
    if (turn.kind === 'theirs') return { kind: 'found', served: fromStore(turn.found, plan) }
    report({ kind: 'miss', ...about(plan) })
    loading(turn.stamps)
    const lease = turn.kind === 'ours' ? turn.lease : null
    const { result, payload } = await loadAndFill(plan, turn.stamps, { load, lease, waitedMs })
    return { kind: 'loaded', served: { result, info: missInfo }, payload }
  }

  async function loadAndFill(plan: ReadPlan, stamps: Held | null, { load, lease, waitedMs }: Loading) {
    let loaded: Loaded
    try {
      loaded = await loadEntry(plan, stamps, { load, waitedMs }, deps)
    } catch (error) {
      staleAnswers.failed(plan, error)
      await lease?.release('failed')
      throw error
    }
    const outcome = await loaded.fill(lease?.token)
    if (outcome === 'filled') lease?.ended()
    else await lease?.release(outcome)
    return { ...loaded, isStored: outcome !== 'failed' }
  }

  /** Loads again in the background, unless this or another process already does. */
  function refresh(plan: ReadPlan, load: Load): void {
    const id = `${plan.key.model} ${plan.key.digest}`
    if (refreshes.has(id) || fruitless.has(id)) return
    // Not in a queue: it would hold the lease there, and let those wait who cannot do without.
    const running = deps.slots
      .tryRun(plan, () => refreshNow(plan, load))
      ?.then(
        (isFruitful) => void (isFruitful || fruitless.set(id, true)),
        () => void fruitless.set(id, true), // reported where it happened
      )
      .finally(() => refreshes.delete(id))
    if (running) refreshes.set(id, running)
  }

  /** Whether it was worth it: it stored something, or another process is at it. */
  async function refreshNow(plan: ReadPlan, load: Load): Promise<boolean> {
    const lease = await tryLease(plan.key, plan.loadTimeout.hardMs, deps)
    if (!lease) return true
    let stamps: Held
    let isPending: boolean
    try {
      // In this order on one connection: a write that is accepted later moves the stamps, one that was before is seen.
      const asked = [store.obtainStamps(tagsToObtain(plan), plan.retainMs), hasPendingRow(plan)] as const
      ;[stamps, isPending] = await Promise.all(asked)
    } catch (error) {
      await lease.release('failed')
      throw error
    }
    if (isPending) {
      await lease.release('failed')
      return true
    }
    return (await loadAndFill(plan, stamps, { load, lease, waitedMs: null })).isStored
  }

  /** Whether the row has writes that the database lacks. */
  async function hasPendingRow({ key, tags, pendingRow }: ReadPlan): Promise<boolean> {
    return pendingRow !== null && (await store.lookup(key, tags, { row: pendingRow })).isPending
  }

  function fromStore({ kind, result, ageMs }: Exclude<FoundAgain, { kind: 'missing' }>, plan: ReadPlan): Served {
    const status = kind === 'fresh' ? 'hit' : 'stale'
    if (status === 'hit') plan.adaptive?.hit(plan.key.digest)
    if (status === 'hit') report({ kind: status, ...about(plan), ageMs })
    else report({ kind: status, ...about(plan), ageMs, why: 'refreshing' })
    return { result, info: { status, source: 'store', ageMs } }
  }

  function instead({ result, ageMs }: Spare, why: 'failed' | 'slow', plan: ReadPlan): Served {
    report({ kind: 'stale', ...about(plan), ageMs, why })
    const reason = why === 'failed' ? 'the database is out of reach' : 'the database is slow'
    return { result, info: { status: 'stale', source: 'store', ageMs, reason } }
  }

  return {
    read,
    async idle() {
      await Promise.allSettled([...flights.running(), ...staleAnswers.running(), ...refreshes.values()])
    },
  }
}

interface Loading extends Asked {
  readonly lease: HeldLease | null
}

const refused = 'The store refused to look something up: queries go to the database.'
const missInfo = { status: 'miss', source: 'database', ageMs: null } as const

async function bypass(reason: string, plan: ReadPlan, load: Load, report: Report): Promise<Served> {
  report({ kind: 'bypass', model: plan.model, operation: plan.operation, reason })
  return { result: (await load()).result, info: { status: 'bypass', source: 'database', ageMs: null, reason } }
}
