import type { Stamp } from '../core/store.ts'
import { type FillDeps, type Loaded, loadEntry, tagsToObtain } from './fill.ts'
import type { Invalidator } from './invalidator.ts'
import { type LeaseDeps, takeTurn, tryLease } from './lease.ts'
import { type Found, lookup } from './lookup.ts'
import type { Load, ReadPlan, Served } from './read-plan.ts'

export interface CacheAsideDeps extends FillDeps, LeaseDeps {
  readonly invalidator: Pick<Invalidator, 'owes'>
}

export interface CacheAside {
  /** Serves a read from the store, or from the database when the store has nothing valid. */
  read(plan: ReadPlan, load: Load): Promise<Served>
  /** Resolves when nothing runs in the background any more. */
  idle(): Promise<void>
}

/**
 * Cache-aside, and read-through, which for a client that the cache wraps are one and the same.
 *
 * The store failing is never the caller's problem: the query runs. The query failing always is: its error passes through
 * untouched and nothing is stored.
 *
 * In the process, misses of one key share a *flight*, and only if they saw the very stamps that the flight holds: who came
 * after an invalidation never joins a load that began before it.
 */
export function createCacheAside(deps: CacheAsideDeps): CacheAside {
  const { store, codec, report, invalidator } = deps
  const flights = new Map<string, Promise<Flown>>()
  const refreshes = new Map<string, Promise<void>>()

  async function read(plan: ReadPlan, load: Load): Promise<Served> {
    const about = { model: plan.model, operation: plan.operation, key: plan.key.digest }
    const bypass = async (reason: string): Promise<Served> => {
      report({ kind: 'bypass', model: plan.model, operation: plan.operation, reason })
      return { result: await load(), info: { status: 'bypass', source: 'database', ageMs: null, reason } }
    }
    if (invalidator.owes(plan.models)) return bypass('an invalidation is not confirmed yet')

    let found: Found
    let stamps: readonly Stamp[]
    try {
      found = await lookup(plan, deps)
      if (found.kind !== 'missing') {
        const { kind, result, ageMs } = found
        report({ kind: kind === 'fresh' ? 'hit' : 'stale', ...about, ageMs })
        if (kind === 'stale') refresh(plan, load)
        return { result, info: { status: kind === 'fresh' ? 'hit' : 'stale', source: 'store', ageMs } }
      }
      stamps = await store.obtainStamps(tagsToObtain(plan), plan.retainMs)
    } catch {
      return bypass('the store is unavailable')
    }
    report({ kind: 'miss', ...about })
    return await join(plan, stamps, load)
  }

  async function join(plan: ReadPlan, stamps: readonly Stamp[], load: Load): Promise<Served> {
    const id = [plan.key.model, plan.key.digest, ...stamps].join(' ')
    const running = flights.get(id)
    if (!running) {
      const flight = fly(plan, stamps, load).finally(() => flights.delete(id))
      flights.set(id, flight)
      const { result, info } = await flight
      return { result, info }
    }
    const { payload, info } = await running
    // Each caller gets an object of its own.
    if (payload !== null) return { result: codec.decode(payload), info }
    return { result: await load(), info: missInfo }
  }

  /** One load for everybody: in this process by the flight, across processes by the lease. */
  async function fly(plan: ReadPlan, stamps: readonly Stamp[], load: Load): Promise<Flown> {
    const turn = await takeTurn(
      { key: plan.key, look: () => lookup(plan, deps), isFound: (found) => found.kind !== 'missing' },
      deps,
    )
    if (turn.kind === 'alone') return landed(await loadAndFill(plan, stamps, load))
    if (turn.found.kind !== 'missing') {
      const { kind, result, ageMs } = turn.found
      if (turn.kind === 'ours') await turn.lease.release('filled')
      const status = kind === 'fresh' ? 'hit' : 'stale'
      return { result, payload: codec.encode(result), info: { status, source: 'store', ageMs } }
    }
    if (turn.kind !== 'ours') return landed(await loadAndFill(plan, stamps, load))

    let loaded: Loaded
    try {
      loaded = await loadEntry(plan, stamps, load, deps)
    } catch (error) {
      await turn.lease.release('failed')
      throw error
    }
    const filled = await loaded.fill()
    await turn.lease.release(filled ? 'filled' : 'failed')
    return landed(loaded)
  }

  async function loadAndFill(plan: ReadPlan, stamps: readonly Stamp[], load: Load): Promise<Loaded> {
    const loaded = await loadEntry(plan, stamps, load, deps)
    await loaded.fill()
    return loaded
  }

  /** Loads again in the background, unless this or another process already does. */
  function refresh(plan: ReadPlan, load: Load): void {
    const id = `${plan.key.model} ${plan.key.digest}`
    if (refreshes.has(id)) return
    const running = refreshNow(plan, load)
      .catch(() => {}) // reported where it happened; the next stale hit tries again
      .finally(() => refreshes.delete(id))
    refreshes.set(id, running)
  }

  async function refreshNow(plan: ReadPlan, load: Load): Promise<void> {
    const lease = await tryLease(plan.key, deps)
    if (!lease) return
    let filled = false
    try {
      const stamps = await store.obtainStamps(tagsToObtain(plan), plan.retainMs)
      const loaded = await loadEntry(plan, stamps, load, deps)
      filled = await loaded.fill()
    } finally {
      await lease.release(filled ? 'filled' : 'failed')
    }
  }

  return {
    read,
    async idle() {
      await Promise.allSettled([...flights.values(), ...refreshes.values()])
    },
  }
}

/** What a flight brings: the result for the one who started it, its text for those who joined. */
interface Flown extends Served {
  readonly payload: string | null
}

const missInfo = { status: 'miss', source: 'database', ageMs: null } as const

function landed({ result, payload }: Loaded): Flown {
  return { result, payload, info: missInfo }
}
