import { isFlushTimeout, isStoreError } from '../core/errors.ts'
import type { Report } from '../core/events.ts'
import { isPromise, type Soon } from '../core/soon.ts'
import type { Held } from './fill.ts'
import { createFlights } from './flights.ts'
import type { Found, Spare } from './found.ts'
import type { Invalidator } from './invalidator.ts'
import { alone, type BatchMember, createLoadBatches } from './load-batches.ts'
import { type LookupDeps, lookup } from './lookup.ts'
import { about, type Load, type ReadPlan, type Served } from './read-plan.ts'
import type { Reader } from './readers.ts'
import { createRefreshes, type RefreshesDeps } from './refreshes.ts'
import { missInfo, servedFromStore } from './served.ts'
import { sharedLoad } from './shared-load.ts'
import { createStaleAnswers, type StaleAnswersDeps } from './stale-answers.ts'
import { SwitchedOff } from './switched-off.ts'

export interface CacheAsideDeps extends Omit<RefreshesDeps, 'failed'>, LookupDeps, StaleAnswersDeps {
  readonly invalidator: Pick<Invalidator, 'owes'>
}

export interface CacheAside {
  /** Serves a read from the store, or from the database when the store has nothing valid. */
  read(plan: ReadPlan, load: Load): Soon<Served>
  /** Resolves when nothing runs in the background any more. */
  idle(): Promise<void>
}

/**
 * How every strategy reads: looks in the store, and loads on a miss. What is loaded and stored, the result or the row, is in the plan.
 *
 * The store failing is never the caller's problem: the query runs. The query failing always is: its error passes through
 * untouched and nothing is stored, unless an older entry may be served instead.
 */
export function createCacheAside(given: CacheAsideDeps): CacheAside {
  const { store, codec, report, invalidator } = given
  const flights = createFlights(given.clock)
  const batches = createLoadBatches(given.clock)
  const staleAnswers = createStaleAnswers(given)
  const deps = { ...given, failed: staleAnswers.failed }
  const refreshes = createRefreshes(deps)
  const loadDeps = { ...deps, refreshes }

  function read(plan: ReadPlan, load: Load): Soon<Served> {
    const asked = flights.turn()
    const before = distrustOf(plan)
    if (before !== null) return distrusting(plan, load, before)
    if (goesStraightToLoad(plan)) return missed(plan, load, { asked, member: batches.enter(plan) }, notLookedUp)
    let looking: Soon<Found>
    try {
      looking = lookup(plan, deps)
    } catch (error) {
      return notFound(plan, load, error)
    }
    // What is known at once is known in the tick that it was asked for.
    if (!isPromise(looking)) return answered(plan, load, { asked, member: alone }, looking)
    const member = batches.enter(plan)
    return looking.then(
      (found) => {
        if (found.kind !== 'missing') member.leave()
        return answered(plan, load, { asked, member }, found)
      },
      (error) => {
        member.leave()
        return notFound(plan, load, error)
      },
    )
  }

  function notFound(plan: ReadPlan, load: Load, error: unknown): Promise<Served> {
    if (isFlushTimeout(error)) return Promise.reject(error)
    if (!isStoreError(error)) report({ kind: 'warning', model: plan.model, message: refused, error })
    return bypass('the store is unavailable', plan, load, report)
  }

  function answered(plan: ReadPlan, load: Load, asking: Asking, found: Found): Soon<Served> {
    // Its answer may have been the first one after an outage: then not even stamps that have not moved say that nothing was written.
    const since = distrustOf(plan)
    if (since !== null) {
      asking.member.leave()
      return distrusting(plan, load, since)
    }
    if (found.kind === 'off') return distrusting(plan, load, switchedOff(found.model))
    if (found.kind === 'missing') {
      plan.misses.missed()
      return missed(plan, load, asking, found)
    }
    plan.misses.end()
    if (found.isDue) refreshes.start(plan, load)
    return servedFromStore(found, plan, report)
  }

  /**
   * Whether a lookup would only find out what is expected anyway. It is made all the same where it tells more: which accepted writes to wait for,
   * what may be served instead, what another load holds, whether other models are switched off, that the store is out of reach; and where the
   * limits of loads would hold for a hit.
   */
  function goesStraightToLoad(plan: ReadPlan): boolean {
    const { misses, keepMs, pending, models, maxLoads, loadTimeout } = plan
    if (!misses.expectsMiss() || keepMs > 0 || pending.length > 0 || models.length > 1 || !store.isOpen()) return false
    return maxLoads === unlimited && loadTimeout.hardMs === unlimited && !flights.has(flightId(plan))
  }

  async function missed(
    plan: ReadPlan,
    load: Load,
    { asked, member }: Asking,
    { stamps, spare }: Missing,
  ): Promise<Served> {
    // A write that was accepted before the read may have come into the database only during the lookup: then a load from before lacks it.
    const began = plan.pending.length > 0 ? flights.turn() : asked
    try {
      const outcome = await staleAnswers.wait(plan, spare, (reader) =>
        arrive(plan, load, { began, seen: stamps, reader, member }),
      )
      return outcome.kind === 'loaded' ? outcome.value : instead(outcome.spare, outcome.why, plan)
    } catch (error) {
      if (!(error instanceof SwitchedOff)) throw error
      plan.misses.end()
      return distrusting(plan, load, switchedOff(error.model))
    } finally {
      member.leave()
    }
  }

  /** Asks the database, which must have what the store says is accepted. */
  async function distrusting(plan: ReadPlan, load: Load, why: string): Promise<Served> {
    await settled(plan)
    return bypass(why, plan, load, report)
  }

  /** Why nothing that the store holds may be served, although it answers. */
  function distrustOf({ models }: ReadPlan): string | null {
    if (invalidator.owes(models)) return 'an invalidation is not confirmed yet'
    return store.isRecovering() ? 'the store was out of reach a moment ago' : null
  }

  /** Loads, or takes part in a load. */
  async function arrive(plan: ReadPlan, load: Load, { began, seen, reader, member }: Arriving): Promise<Served> {
    const joining = { began, seen, reader, limitMs: plan.loadTimeout.hardMs }
    let isOwn = false
    const arriving = flights.join(flightId(plan), joining, (flying) => {
      isOwn = true
      return sharedLoad(plan, load, { ...flying, member }, loadDeps)
    })
    if (!isOwn) member.leave()
    const arrival = await arriving
    if (arrival.kind === 'own') return arrival.served
    // Somebody's entry, seen before we asked: it may be older than what we must see.
    if (arrival.kind === 'too-early') return read(plan, load)
    report({ kind: 'miss', ...about(plan) })
    // Each caller gets an object of its own.
    return {
      result: arrival.payload === null ? (await load()).result : codec.decode(arrival.payload, plan.rowsOf),
      info: missInfo,
    }
  }

  async function settled({ pending }: ReadPlan): Promise<void> {
    if (pending.length === 0) return
    // A store out of reach says nothing of what waits there.
    await deps.settled(pending).catch((error) => {
      if (isFlushTimeout(error)) throw error
    })
  }

  function instead({ result, ageMs }: Spare, why: 'failed' | 'slow', plan: ReadPlan): Served {
    report({ kind: 'stale', ...about(plan), ageMs, why })
    const reason = why === 'failed' ? 'the database is out of reach' : 'the database is slow'
    return { result, info: { status: 'stale', source: 'store', ageMs, reason } }
  }

  return {
    read,
    async idle() {
      await Promise.allSettled([...flights.running(), ...staleAnswers.running(), ...refreshes.running()])
    },
  }
}

/** Since when the database has all that the read must see, and with which others it may load. */
interface Asking {
  readonly asked: number
  readonly member: BatchMember
}

interface Arriving {
  readonly began: number
  readonly seen: Held
  readonly reader: Reader
  readonly member: BatchMember
}

type Missing = Extract<Found, { kind: 'missing' }>

const unlimited = Number.POSITIVE_INFINITY

/** What is known without a lookup. */
const notLookedUp: Missing = { kind: 'missing', stamps: [], spare: null }

/** Operations that share an entry do not share an error: one may find that there is nothing, another may not. */
function flightId({ key, operation }: ReadPlan): string {
  return `${key.model} ${key.digest} ${operation}`
}

function switchedOff(model: string): string {
  return `the caching of ${model} is switched off`
}

const refused = 'The store refused to look something up: queries go to the database.'

async function bypass(reason: string, plan: ReadPlan, load: Load, report: Report): Promise<Served> {
  report({ kind: 'bypass', model: plan.model, operation: plan.operation, reason })
  return { result: (await load()).result, info: { status: 'bypass', source: 'database', ageMs: null, reason } }
}
