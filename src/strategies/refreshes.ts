import { LRUCache } from 'lru-cache'
import { type FillDeps, loadEntry, tagsToObtain } from './fill.ts'
import { type LeaseDeps, tryLease } from './lease.ts'
import { fillAndRelease, releasedOnError } from './leased-load.ts'
import type { LoadSlots } from './load-slots.ts'
import type { Load, ReadPlan } from './read-plan.ts'
import { restMs } from './stale-answers.ts'

export interface RefreshesDeps extends FillDeps, LeaseDeps {
  readonly slots: LoadSlots
}

/** Loads entries again in the background, while they are served. */
export interface Refreshes {
  /** Unless this or another process already does, or there is no room. */
  start(plan: ReadPlan, load: Load): void
  running(): readonly Promise<unknown>[]
}

const fruitlessMax = 10_000

export function createRefreshes(deps: RefreshesDeps): Refreshes {
  const { store } = deps
  const running = new Map<string, Promise<void>>()
  /** Entries that were just loaded again in vain: the next hit need not try. */
  const fruitless = new LRUCache<string, true>({ max: fruitlessMax, ttl: restMs })

  /** Whether it was worth it: it stored something, or another process is at it. */
  async function refresh(plan: ReadPlan, load: Load): Promise<boolean> {
    const lease = await tryLease(plan.key, plan.loadTimeout.hardMs, deps)
    if (!lease) return true
    const ask = async () => {
      // In this order on one connection: a write that is accepted later moves the stamps, one that was before is seen.
      const asked = [store.obtainStamps(tagsToObtain(plan), plan.retainMs), hasPendingRow(plan)] as const
      const [stamps, isPending] = await Promise.all(asked)
      return isPending ? null : loadEntry(plan, stamps, load, deps)
    }
    const loaded = await releasedOnError(lease, ask)
    if (loaded) return (await fillAndRelease(loaded, lease)) !== 'failed'
    await lease.release('failed')
    return true
  }

  /** Whether the row has writes that the database lacks. */
  async function hasPendingRow({ key, tags, pendingRow }: ReadPlan): Promise<boolean> {
    return (
      pendingRow !== null && (await store.lookup(key, tags, { watch: { row: pendingRow }, isLast: true })).isPending
    )
  }

  return {
    start(plan, load) {
      const id = `${plan.key.model} ${plan.key.digest}`
      if (running.has(id) || fruitless.has(id)) return
      // Not in a queue: let those wait who cannot do without.
      const slot = deps.slots.tryTake(plan)
      if (!slot) return
      const started = refresh(plan, load)
        .then(
          (isFruitful) => void (isFruitful || fruitless.set(id, true)),
          () => void fruitless.set(id, true), // reported where it happened
        )
        .finally(() => {
          slot.free()
          running.delete(id)
        })
      running.set(id, started)
    },
    running: () => [...running.values()],
  }
}
