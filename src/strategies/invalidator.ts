import type { Foreseen } from '../analysis/writes/analyse-write.ts'
import type { RowEvent } from '../analysis/writes/row-event.ts'
import { type ColumnsOf, touchedTags } from '../analysis/writes/touched.ts'
import type { DecideTouched, ReadyTouch, Replacement } from '../core/store.ts'
import { createDebts } from './debts.ts'
import { createIntents, type IntentsDeps } from './intents.ts'
import { parsedShapes } from './parsed-shape.ts'
import type { Gates } from './pending/gates.ts'

export interface InvalidatorDeps extends IntentsDeps {
  readonly columnsOf: ColumnsOf
  /** Keep writes that are accepted first, and applied later, away from those at hand. */
  readonly gates: Gates
}

/**
 * One write, or one transaction, from before its first statement until its invalidation is done.
 *
 * - *open*       `record` names the models it may touch; their intents are recorded and renewed.
 * - *committed*  everything it touched is invalidated before the promise resolves, then the intents are left. When the
 *                invalidation fails it is owed, and they are left to the sweepers of other processes.
 * - *abandoned*  it rolled back: the intents are left, nothing is invalidated.
 */
export interface WriteScope {
  /**
   * Before the write. Does not wait for the store: a crash is covered as soon as the command has left. Only where the way to the
   * store has to be opened before anything leaves, or where accepted writes have to be in the database before, it returns a promise to
   * wait for. That rejects when they do not get there in time: then the write must not run, and the scope is to be abandoned.
   */
  record(models: readonly string[]): Promise<void> | undefined
  /** While the database is at it: makes ready what will be sent if it turns out as foreseen. */
  foresee(foreseen: Foreseen): void
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
  /** Whether the events are those that were foreseen. */
  readonly isAsForeseen?: boolean
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

type ReadiedTouches = ReadonlyMap<string, ReadyTouch>

export function createInvalidator(deps: InvalidatorDeps): Invalidator {
  const { store, clock, report, columnsOf, gates } = deps
  const intents = createIntents(deps)
  /** Of scopes that have neither been committed nor abandoned, each until it is. */
  const underWay = new Set<Promise<void>>()
  const debts = createDebts({ store, clock, report })

  function decideBy(model: string, events: readonly RowEvent[]): DecideTouched {
    const ofModel = events.filter((event) => event.model === model)
    return (shapes) => touchedTags(ofModel, new Map([[model, parsedShapes(shapes)]]), columnsOf)
  }

  /** What is to be sent for each model; `null` where the arguments of the write do not tell. */
  function readied({ events, isToldByArgs }: Foreseen): ReadiedTouches | null {
    const ready = new Map<string, ReadyTouch>()
    if (!store.readyTouch) return null
    for (const model of modelsOf(events)) ready.set(model, store.readyTouch(model, decideBy(model, events)))
    return isToldByArgs() ? ready : null
  }

  async function touchModel(
    model: string,
    events: readonly RowEvent[],
    { replacements, ready }: { readonly replacements: readonly Replacement[]; readonly ready: ReadyTouch | undefined },
  ) {
    const decide = decideBy(model, events)
    if (ready) return void (await ready(decide))
    const own = replacements.filter(({ guard }) => guard.model === model)
    const stored = await store.touch(model, decide, own)
    if (own.length > 0) report({ kind: 'written-through', model, stored, superseded: own.length - stored })
  }

  function open(): WriteScope {
    const models = new Set<string>()

    let end = () => {}
    const ended = new Promise<void>((resolve) => {
      end = resolve
    }).then(() => void underWay.delete(ended))
    underWay.add(ended)

    let isOver = false
    let foreseen: ReadiedTouches | null = null
    const scope: WriteScope = {
      record(names) {
        // What is recorded too late belongs to a statement that does not reach the database any more: nobody would take it back.
        if (isOver) return undefined
        // Also of models that are recorded: a gate that could not be entered is none.
        const entered = gates.enter(scope, names)
        const fresh = names.filter((name) => !models.has(name))
        if (fresh.length === 0) return entered
        for (const name of fresh) models.add(name)
        const recorded = intents.enter(fresh)
        return entered ? Promise.all([entered, recorded]).then(() => {}) : recorded
      },

      foresee(what) {
        // It has ended sooner than that.
        if (!isOver) foreseen = readied(what)
      },

      async commit(events, { keepIntents = false, replacements = [], isAsForeseen = false } = {}) {
        isOver = true
        const touched = modelsOf(events)
        const ready = isAsForeseen ? foreseen : null
        try {
          const touching = touched.map((model) => touchModel(model, events, { replacements, ready: ready?.get(model) }))
          await (touching.length === 1 ? touching[0] : Promise.all(touching))
          if (touched.length > 0) debts.taken()
        } catch (error) {
          gates.leave(scope)
          // Only this process knows that it is owed; the intents tell the others.
          intents.leaveToSweepers([...models])
          await debts.owe(touched, error)
          return end()
        }
        gates.leave(scope)
        if (keepIntents) intents.leaveToSweepers([...models])
        else intents.leave([...models])
        end()
        if (touched.length > 0) report({ kind: 'invalidated', models: touched })
      },

      abandon() {
        isOver = true
        gates.leave(scope)
        intents.leave([...models])
        end()
      },
    }
    return scope
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
      await intents.idle()
      await debts.payOnce()
      debts.rest()
    },
  }
}

function modelsOf(events: readonly RowEvent[]): string[] {
  return [...new Set(events.map((event) => event.model))]
}
