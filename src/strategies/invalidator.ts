import type { RowEvent } from '../analysis/writes/row-event.ts'
import { type ColumnsOf, touchedTags } from '../analysis/writes/touched.ts'
import type { Clock, Timer } from '../core/clock.ts'
import type { Report } from '../core/events.ts'
import type { MakeNonce } from '../core/nonce.ts'
import type { Replacement, Store } from '../core/store.ts'
import { createDebts } from './debts.ts'
import { parsedShape } from './parsed-shape.ts'
import type { Gates } from './pending/gates.ts'

export interface InvalidatorDeps {
  readonly store: Store
  readonly clock: Clock
  readonly makeNonce: MakeNonce
  readonly report: Report
  /** How long an intent lasts without renewal. */
  readonly intentMs: number
  readonly columnsOf: ColumnsOf
  /** Keep writes that are accepted first, and applied later, away from those at hand. */
  readonly gates: Gates
}

/**
 * One write, or one transaction, from before its first statement until its invalidation is done.
 *
 * - *open*       `record` names the models it may touch; their intents are recorded and renewed.
 * - *committed*  everything it touched is invalidated before the promise resolves, then the intents are removed. When the
 *                invalidation fails it is owed, and the intents stay for the sweepers of other processes.
 * - *abandoned*  it rolled back: the intents are removed, nothing is invalidated.
 */
export interface WriteScope {
  /**
   * Before the write. Does not wait for the store: a crash is covered as soon as the command has left. Only where the way to the
   * store has to be opened before anything leaves, or where accepted writes have to be in the database before, it returns a promise to
   * wait for. That rejects when they do not get there in time: then the write must not run, and the scope is to be abandoned.
   */
  record(models: readonly string[]): Promise<void> | undefined
  /**
   * Never rejects. With `keepIntents`, the sweepers invalidate the models once more when the intents expire: for a write whose
   * outcome is not known, and which the database may still be at.
   */
  commit(events: readonly RowEvent[], options?: CommitOptions): Promise<void>
  abandon(): void
}

export interface CommitOptions {
  readonly keepIntents?: boolean
  /** What the write knows to be in the database now, stored in the step that invalidates. */
  readonly replacements?: readonly Replacement[]
}

export interface Invalidator {
  open(): WriteScope
  /** Invalidates everything that reads these models. Rejects when that could not be confirmed; it is owed then. */
  dropModels(models: readonly string[]): Promise<void>
  /** What depends on these may be served until it is loaded again. Rejects when that could not be confirmed; nothing is owed then. */
  soften(models: readonly string[], userTags: readonly string[]): Promise<void>
  /** Switches caching off or on, for every process. Rejects when that could not be confirmed. */
  switchModels(models: readonly string[], to: 'on' | 'off'): Promise<void>
  /** Whether an invalidation of one of these models has failed and not yet been made good: then the store must not serve. */
  owes(models: readonly string[]): boolean
  /** Resolves when what is under way has been invalidated, and nothing runs in the background; tries once more to pay what is owed. */
  idle(): Promise<void>
}

export function createInvalidator(deps: InvalidatorDeps): Invalidator {
  const { store, clock, makeNonce, report, intentMs, columnsOf, gates } = deps
  const active = new Map<string, Set<string>>()
  const background = new Set<Promise<unknown>>()
  /** Of scopes that have neither been committed nor abandoned, each until it is. */
  const underWay = new Set<Promise<void>>()
  const debts = createDebts({ store, clock, report })
  let renewal: Timer | undefined

  function inBackground(work: Promise<unknown>) {
    const tracked = work.finally(() => background.delete(tracked))
    background.add(tracked)
  }

  /** A write that outlives its intent would be taken for dead: dropped too early, then not dropped when it commits. */
  function renewLater() {
    renewal ??= clock.after(intentMs / 3, () => {
      renewal = undefined
      if (active.size === 0) return
      for (const [id, models] of active)
        inBackground(store.intend({ id, models: [...models] }, intentMs).catch(() => {}))
      renewLater()
    })
  }

  async function touchModel(model: string, events: readonly RowEvent[], replacements: readonly Replacement[]) {
    const ofModel = events.filter((event) => event.model === model)
    const decide = (shapes: readonly string[]) =>
      touchedTags(ofModel, new Map([[model, shapes.map(parsedShape)]]), columnsOf)
    const own = replacements.filter(({ guard }) => guard.model === model)
    const stored = await store.touch(model, decide, own)
    if (own.length > 0) report({ kind: 'written-through', model, stored, superseded: own.length - stored })
  }

  function open(): WriteScope {
    const id = makeNonce()
    const models = new Set<string>()

    let end = () => {}
    const ended = new Promise<void>((resolve) => {
      end = resolve
    }).then(() => void underWay.delete(ended))
    underWay.add(ended)

    let isOver = false
    const settle = () => {
      isOver = true
      gates.leave(id)
      active.delete(id)
      if (models.size > 0) inBackground(store.settle({ id, models: [...models] }).catch(() => {}))
    }

    return {
      record(names) {
        // What is recorded too late belongs to a statement that does not reach the database any more: nobody would take it back.
        if (isOver) return undefined
        // Also of models that are recorded: a gate that could not be entered is none.
        const entered = gates.enter(id, names)
        const fresh = names.filter((name) => !models.has(name))
        if (fresh.length === 0) return entered
        for (const name of fresh) models.add(name)
        active.set(id, models)
        renewLater()
        const leavesNow = store.isOpen()
        const recorded = store.intend({ id, models: fresh }, intentMs).catch((error: unknown) => {
          report({ kind: 'weakened-write', models: fresh, reason: 'its intent could not be recorded', error })
        })
        inBackground(recorded)
        if (entered) return Promise.all([entered, leavesNow ? undefined : recorded]).then(() => {})
        return leavesNow ? undefined : recorded
      },

      async commit(events, { keepIntents = false, replacements = [] } = {}) {
        isOver = true
        const touched = [...new Set(events.map((event) => event.model))]
        try {
          await Promise.all(touched.map((model) => touchModel(model, events, replacements)))
        } catch (error) {
          // Only this process knows that it is owed; the intents tell the others, so they stay.
          gates.leave(id)
          active.delete(id)
          await debts.owe(touched, error)
          return end()
        }
        if (keepIntents) {
          gates.leave(id)
          active.delete(id)
        } else settle()
        end()
        if (touched.length > 0) report({ kind: 'invalidated', models: touched })
      },

      abandon() {
        settle()
        end()
      },
    }
  }

  return {
    open,
    async dropModels(models) {
      try {
        await store.dropRoots(models)
      } catch (error) {
        void debts.owe(models, error)
        throw error
      }
      report({ kind: 'invalidated', models })
    },
    async soften(models, userTags) {
      await store.soften({ models, userTags })
      if (models.length > 0) report({ kind: 'invalidated', models })
    },
    async switchModels(models, to) {
      await store.switchModels(models, to)
      report({ kind: 'switched', models, to })
    },
    owes: debts.owes,
    async idle() {
      await Promise.all(underWay)
      await Promise.allSettled(background)
      await debts.payOnce()
      debts.rest()
      renewal?.cancel()
      renewal = undefined
    },
  }
}
