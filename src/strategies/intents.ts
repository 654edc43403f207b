import type { Clock, Timer } from '../core/clock.ts'
import type { Report } from '../core/events.ts'
import type { MakeNonce } from '../core/nonce.ts'
import type { Store } from '../core/store.ts'

export interface IntentsDeps {
  readonly store: Store
  readonly clock: Clock
  readonly makeNonce: MakeNonce
  readonly report: Report
  /** How long an intent lasts without renewal. */
  readonly intentMs: number
}

/**
 * What tells the sweepers of other processes that this one may be writing a model, should it die.
 *
 * One intent of a model serves all writes of this process: it is recorded before the first of them, renewed while there are any, and
 * removed when there have been none for a while. So a write seldom has to send anything before its statement, or after its invalidation.
 */
export interface Intents {
  /**
   * Before a write on these models. Does not wait for the store: a crash is covered as soon as the command has left. Only where the way to
   * the store has to be opened before anything leaves it returns a promise to wait for, which does not reject.
   */
  enter(models: readonly string[]): Promise<void> | undefined
  /** The write is over and its invalidation done, or it has changed nothing. */
  leave(models: readonly string[]): void
  /** It is over, and the sweepers are to invalidate the models once more when the intents expire. */
  leaveToSweepers(models: readonly string[]): void
  /** Removes the intents that no write relies on. Resolves when what was sent has been answered. */
  idle(): Promise<void>
}

/** How often the intents in use are renewed, at least, and after how long without a write one is removed. */
const renewalMsMax = 1000
/** That many renewals fit into the time that an intent lasts. */
const renewalsMin = 6

interface Intended {
  readonly id: string
  /** Writes that rely on it. */
  users: number
  /** Whether there were any since it was renewed. */
  isInUse: boolean
  /** When what was confirmed last had been sent, by the clocks of this process and of the machine; `null` before that. */
  recorded: Moment | null
}

interface Moment {
  readonly nowMs: number
  /** A machine that was asleep finds its intents expired, and no other clock tells. */
  readonly wallMs: number
}

export function createIntents({ store, clock, makeNonce, report, intentMs }: IntentsDeps): Intents {
  const everyMs = Math.min(renewalMsMax, intentMs / renewalsMin)
  const intended = new Map<string, Intended>()
  const background = new Set<Promise<unknown>>()
  let timer: Timer | undefined

  function inBackground(work: Promise<unknown>): void {
    const tracked: Promise<unknown> = work.catch(() => {}).finally(() => background.delete(tracked))
    background.add(tracked)
  }

  function of(model: string): Intended {
    let one = intended.get(model)
    if (!one) {
      one = { id: makeNonce(), users: 0, isInUse: false, recorded: null }
      intended.set(model, one)
    }
    return one
  }

  const now = (): Moment => ({ nowMs: clock.nowMs(), wallMs: clock.wallMs() })

  /** Whether it can be relied on. One that is sent and not confirmed may fail, and its sender alone would hear of it. */
  function stands({ recorded }: Intended, { nowMs, wallMs }: Moment): boolean {
    if (recorded === null) return false
    // A process that was stopped for a while finds its intents expired, too.
    return Math.max(nowMs - recorded.nowMs, Math.abs(wallMs - recorded.wallMs)) <= 2 * everyMs
  }

  /** Leaves with the call if the way to the store is open. Rejects when it was not recorded. */
  async function send(models: readonly string[]): Promise<void> {
    const sent = now()
    const ones = models.map((model) => ({ model, one: of(model) }))
    await store.intend(
      ones.map(({ model, one: { id } }) => ({ id, model })),
      intentMs,
    )
    for (const { one } of ones) one.recorded = sent
  }

  function settle(models: readonly string[]): void {
    const settled = models.map((model) => ({ id: of(model).id, model }))
    for (const model of models) intended.delete(model)
    // Otherwise they expire by themselves: a store that was closed is not opened for this.
    if (settled.length > 0 && store.isOpen()) inBackground(store.settle(settled))
  }

  function settleUnused(isUnused: (one: Intended) => boolean): void {
    settle([...intended].flatMap(([model, one]) => (one.users === 0 && isUnused(one) ? [model] : [])))
    if (intended.size > 0) return
    timer?.cancel()
    timer = undefined
  }

  function renewLater(): void {
    timer ??= clock.inBackground(everyMs, () => {
      timer = undefined
      settleUnused(({ isInUse }) => !isInUse)
      if (intended.size === 0) return
      for (const one of intended.values()) one.isInUse = false
      // Nor for this; and where it is out of reach, the first time after it is back comes soon enough.
      if (store.isOpen()) inBackground(send([...intended.keys()]))
      renewLater()
    })
  }

  return {
    enter(models) {
      const moment = now()
      const due: string[] = []
      for (const model of models) {
        const one = of(model)
        one.users += 1
        one.isInUse = true
        if (!stands(one, moment)) due.push(model)
      }
      renewLater()
      if (due.length === 0) return undefined
      const leavesNow = store.isOpen()
      const recorded = send(due).catch((error: unknown) => {
        report({ kind: 'weakened-write', models: due, reason: 'its intent could not be recorded', error })
      })
      inBackground(recorded)
      return leavesNow ? undefined : recorded
    },

    leave(models) {
      for (const model of models) of(model).users -= 1
    },

    leaveToSweepers(models) {
      const others = models.filter((model) => {
        const users = of(model).users - 1
        // Nobody renews it any more, and nobody removes it. Other writes that are under way rely on another one from now on.
        intended.delete(model)
        if (users > 0) of(model).users = users
        return users > 0
      })
      if (others.length > 0) inBackground(send(others))
    },

    async idle() {
      settleUnused(() => true)
      await Promise.all(background)
    },
  }
}
