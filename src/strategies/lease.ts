import type { Clock, Timer } from '../core/clock.ts'
import type { MakeNonce } from '../core/nonce.ts'
import type { EntryKey, LeaseWatch, LoadOutcome, Store } from '../core/store.ts'

export interface LeaseDeps {
  readonly store: Store
  readonly clock: Clock
  readonly makeNonce: MakeNonce
  /** How long a lease lasts without renewal. */
  readonly loadLeaseMs: number
  /** How long one read waits for others to load, at most. */
  readonly loadWaitMs: number
}

/** A lease that is held: it renews itself until it is released. */
export interface HeldLease {
  /** Never rejects. */
  release(outcome: LoadOutcome): Promise<void>
}

export type Turn<Found> =
  /** Ours to load; `found` is what is stored now that we hold the lease. */
  | { readonly kind: 'ours'; readonly lease: HeldLease; readonly found: Found }
  /** Somebody else loaded, and left this. */
  | { readonly kind: 'theirs'; readonly found: Found }
  /** Load without a lease: the other failed, the wait was too long, or the store is out of reach. */
  | { readonly kind: 'alone' }

export interface TakeTurn<Found> {
  readonly key: EntryKey
  readonly look: () => Promise<Found>
  readonly isFound: (found: Found) => boolean
}

/**
 * Decides which process loads an entry. For efficiency only: correctness never depends on who holds a lease, or on whether
 * two do.
 *
 * - *asking*    takes the lease and looks at the entry in one go. Leaves with `ours`, or finds it held.
 * - *listening* subscribes to the release, then asks once more: it may have ended before we listened.
 * - *waiting*   until woken, until the holder's lease would have ended, or until `loadWaitMs` is used up. A holder that filled
 *               leads to a look at the entry; one that failed, or a used up wait, to `alone`.
 */
export async function takeTurn<Found>(turn: TakeTurn<Found>, deps: LeaseDeps): Promise<Turn<Found>> {
  const { store, clock, makeNonce, loadLeaseMs, loadWaitMs } = deps
  const { key, look, isFound } = turn
  const token = makeNonce()
  const giveUpMs = clock.nowMs() + loadWaitMs
  let watch: LeaseWatch | null = null
  try {
    for (;;) {
      // Sent in this order on one connection: what a holder filled before it released is seen by whoever comes after.
      const [answer, found] = await Promise.all([store.acquireLease(key, token, loadLeaseMs), look()])
      if (answer.kind === 'acquired') return { kind: 'ours', lease: hold(key, token, deps), found }
      const leftMs = giveUpMs - clock.nowMs()
      if (leftMs <= 0) return { kind: 'alone' }
      if (!watch) {
        watch = await store.watchLease(key)
        continue
      }
      const outcome = await watch.released(Math.min(answer.remainingMs + 1, leftMs))
      if (outcome === 'failed') return { kind: 'alone' }
      const left = await look()
      if (isFound(left)) return { kind: 'theirs', found: left }
    }
  } catch {
    return { kind: 'alone' }
  } finally {
    await watch?.close()
  }
}

/** Takes the lease if nobody holds it; never waits. */
export async function tryLease(key: EntryKey, deps: LeaseDeps): Promise<HeldLease | null> {
  const token = deps.makeNonce()
  const answer = await deps.store.acquireLease(key, token, deps.loadLeaseMs)
  return answer.kind === 'acquired' ? hold(key, token, deps) : null
}

function hold(key: EntryKey, token: string, { store, clock, loadLeaseMs }: LeaseDeps): HeldLease {
  let timer: Timer
  let over = false
  const renewLater = () => {
    timer = clock.after(loadLeaseMs / 3, async () => {
      const kept = await store.renewLease(key, token, loadLeaseMs).catch(() => true)
      if (kept && !over) renewLater()
    })
  }
  renewLater()
  return {
    async release(outcome) {
      over = true
      timer.cancel()
      await store.releaseLease(key, token, outcome).catch(() => {})
    },
  }
}
