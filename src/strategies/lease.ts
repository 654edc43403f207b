import type { Clock, Timer } from '../core/clock.ts'
import { isFlushTimeout } from '../core/errors.ts'
import type { MakeNonce } from '../core/nonce.ts'
import type { EntryKey, LeaseAnswer, LeaseWatch, LoadOutcome, Store } from '../core/store.ts'
import type { Held } from './fill.ts'
import type { FoundAgain } from './found.ts'
import { LoadGivenUp, type Slot } from './load-slots.ts'
import { SwitchedOff } from './switched-off.ts'

export interface LeaseDeps {
  readonly store: Store
  readonly clock: Clock
  readonly makeNonce: MakeNonce
  /** How long a lease lasts without renewal. */
  readonly loadLeaseMs: number
  /** How long one read waits for others to load, at most; the time until it gets a slot of its own is none of it. */
  readonly loadWaitMs: number
}

/** A lease that is held: it renews itself until it ends. */
export interface HeldLease {
  readonly token: string
  /** Frees it and wakes those who wait. Never rejects. */
  release(outcome: LoadOutcome): Promise<void>
  /** It was freed by other means. */
  ended(): void
}

export type Turn =
  /** Ours to load: nothing was stored when the lease was taken. */
  | { readonly kind: 'ours'; readonly lease: HeldLease; readonly stamps: Held; readonly slot: Slot }
  /** Somebody else has loaded, and left this. */
  | { readonly kind: 'theirs'; readonly found: Exclude<FoundAgain, { kind: 'missing' }> }
  /** Load without a lease: the other failed, the wait was too long, or the store is out of reach (then there are no stamps). */
  | { readonly kind: 'alone'; readonly stamps: Held | null; readonly slot: Slot }

/** What there is when a load is about to begin. */
export interface Begun {
  readonly stamps: Held
  readonly found: FoundAgain
}

export interface TakeTurn {
  readonly key: EntryKey
  /**
   * Takes the lease if nobody holds it, obtains the stamps and looks at the entry, in one round trip. Tags that only the rows of that entry
   * tell take another one. Rejects with {@link SwitchedOff}, and has taken nothing, where nothing may be stored.
   */
  readonly begin: (token: string, leaseMs: number) => Promise<Begun & { readonly lease: LeaseAnswer }>
  /** The same without the lease. */
  readonly beginAlone: () => Promise<Begun>
  /** Waits for a place among the loads of this process. Rejects when nobody wants the entry any more. */
  readonly takeSlot: () => Promise<Slot>
  /** Told before it waits for another process. */
  readonly onHeld: () => void
  /** How long a load may hold its lease; `Infinity` for as long as it takes. */
  readonly renewForMs: number
}

/**
 * Decides which process loads an entry, and gives it the stamps to load under, and a slot. For efficiency only: correctness never
 * depends on who holds a lease, or on whether two do.
 *
 * - *queueing*  waits for a slot. Without one nothing is asked: a lease that waits in a queue would keep other processes from loading, and
 *               stamps from before it are not those of the load.
 * - *asking*    takes the lease, obtains the stamps and looks at the entry, in one round trip. Leaves with `ours`, with `theirs` if somebody
 *               filled it meanwhile, or finds the lease held; then the slot is for others.
 * - *listening* subscribes to the release, then asks once more: it may have ended before we listened.
 * - *waiting*   until woken, until the holder's lease would have ended, or until `loadWaitMs` is used up. A holder that failed,
 *               a second one whose load was outdated, or a used up wait leads to `alone`, under new stamps; anything else to
 *               asking.
 */
export async function takeTurn(
  { key, begin, beginAlone, takeSlot, onHeld, renewForMs }: TakeTurn,
  deps: LeaseDeps,
): Promise<Turn> {
  const { store, clock, makeNonce, loadLeaseMs, loadWaitMs } = deps
  const token = makeNonce()
  let leftMs = loadWaitMs
  let watch: LeaseWatch | null = null
  let slot: Slot | null = null
  let stamps: Held | null = null
  let outdated = 0
  try {
    for (;;) {
      slot = await takeSlot()
      const { lease: answer, found, ...begun } = await begin(token, loadLeaseMs)
      stamps = begun.stamps
      if (found.kind !== 'missing') {
        slot.free()
        if (answer.kind === 'acquired') await hold(key, { token, renewForMs }, deps).release('filled')
        return { kind: 'theirs', found }
      }
      if (answer.kind === 'acquired')
        return { kind: 'ours', lease: hold(key, { token, renewForMs }, deps), stamps, slot }
      if (leftMs <= 0) return { kind: 'alone', stamps, slot }
      slot.free()
      onHeld()
      if (!watch) {
        watch = await store.watchLease(key)
        continue
      }
      const sinceMs = clock.nowMs()
      const outcome = await watch.released(Math.min(answer.remainingMs + 1, leftMs))
      leftMs -= clock.nowMs() - sinceMs
      if (outcome === 'outdated') outdated += 1
      if (outcome !== 'failed' && outdated <= 1) continue
      slot = await takeSlot()
      const { stamps: fresh, found: since } = await beginAlone()
      if (since.kind === 'missing') return { kind: 'alone', stamps: fresh, slot }
      slot.free()
      return { kind: 'theirs', found: since }
    }
  } catch (error) {
    // The lease may be ours although the rest failed.
    if (!(error instanceof SwitchedOff)) store.releaseLease(key, token, 'failed').catch(() => {})
    slot?.free()
    if (isFlushTimeout(error) || error instanceof LoadGivenUp || error instanceof SwitchedOff) throw error
    return { kind: 'alone', stamps, slot: await takeSlot() }
  } finally {
    await watch?.close()
  }
}

/** Takes the lease if nobody holds it; never waits. */
export async function tryLease(key: EntryKey, renewForMs: number, deps: LeaseDeps): Promise<HeldLease | null> {
  const token = deps.makeNonce()
  const answer = await deps.store.acquireLease(key, token, deps.loadLeaseMs)
  return answer.kind === 'acquired' ? hold(key, { token, renewForMs }, deps) : null
}

interface Holding {
  readonly token: string
  readonly renewForMs: number
}

function hold(key: EntryKey, { token, renewForMs }: Holding, { store, clock, loadLeaseMs }: LeaseDeps): HeldLease {
  const endMs = clock.nowMs() + renewForMs
  let timer: Timer
  let over = false
  const renewLater = () => {
    timer = clock.inBackground(loadLeaseMs / 3, async () => {
      // A load that never ends must not keep the others from loading.
      if (clock.nowMs() > endMs) return
      const kept = await store.renewLease(key, token, loadLeaseMs).catch(() => true)
      if (kept && !over) renewLater()
    })
  }
  const ended = () => {
    over = true
    timer.cancel()
  }
  renewLater()
  return {
    token,
    ended,
    async release(outcome) {
      ended()
      await store.releaseLease(key, token, outcome).catch(() => {})
    },
  }
}
