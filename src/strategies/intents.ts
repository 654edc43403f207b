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
  /** When it was sent last; `-Infinity` if that did not arrive. */
  sentMs: number
}

export function createIntents({ store, clock, makeNonce, report, intentMs }: IntentsDeps): Intents {
  const everyMs = Math.min(renewalMsMax, intentMs / renewalsMin)
  const intended = new Map<string, Intended>()
  const background = new Set<Promise<unknown>>()
  /** Until the way to the store is open. */
  let opening: Promise<void> | undefined
  let timer: Timer | undefined

  function inBackground(work: Promise<unknown>): void {
    const tracked: Promise<unknown> = work.catch(() => {}).finally(() => background.delete(tracked))
    background.add(tracked)
  }

  function of(model: string): Intended {
    let one = intended.get(model)
    if (!one) {
      one = { id: makeNonce(), users: 0, isInUse: false, sentMs: Number.NEGATIVE_INFINITY }
      intended.set(model, one)
    }
    return one
  }

  /** Leaves with the call if the way to the store is open. Rejects when it was not recorded; the next write then tries it again. */
  function send(models: readonly string[]): Promise<void> {
    const sentMs = clock.nowMs()
    const sent = models.map((model) => ({ model, one: of(model) }))
    for (const { one } of sent) one.sentMs = sentMs
    const recorded = store.intend(
      sent.map(({ model, one: { id } }) => ({ id, model })),
      intentMs,
    )
    return recorded.catch((error: unknown) => {
      for (const { one } of sent) if (one.sentMs === sentMs) one.sentMs = Number.NEGATIVE_INFINITY
      throw error
    })
  }

  function settle(models: readonly string[]): void {
    if (models.length === 0) return
    const settled = models.map((model) => ({ id: of(model).id, model }))
    for (const model of models) intended.delete(model)
    inBackground(store.settle(settled))
  }

  function renewLater(): void {
    timer ??= clock.after(everyMs, () => {
      timer = undefined
      const inUse = [...intended].filter(([, { users, isInUse }]) => users > 0 || isInUse)
      settle([...intended.keys()].filter((model) => !inUse.some(([other]) => other === model)))
      if (inUse.length === 0) return
      for (const [, one] of inUse) one.isInUse = false
      inBackground(send(inUse.map(([model]) => model)))
      renewLater()
    })
  }

  return {
    enter(models) {
      const nowMs = clock.nowMs()
      // A process that was stopped for a while finds its intents expired.
      const isOld = ({ sentMs }: Intended) => nowMs - sentMs > 2 * everyMs
      const old: string[] = []
      for (const model of models) {
        const one = of(model)
        one.users += 1
        one.isInUse = true
        if (isOld(one)) old.push(model)
      }
      renewLater()
      if (old.length === 0) return opening
      const isOpen = store.isOpen()
      const recorded = send(old).catch((error: unknown) => {
        report({ kind: 'weakened-write', models: old, reason: 'its intent could not be recorded', error })
      })
      inBackground(recorded)
      if (isOpen) return undefined
      const opened = recorded.then(() => {
        if (opening === opened) opening = undefined
      })
      opening = opened
      return opened
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
      settle([...intended].flatMap(([model, { users }]) => (users === 0 ? [model] : [])))
      if (intended.size === 0) {
        timer?.cancel()
        timer = undefined
      }
      await Promise.all(background)
    },
  }
}
