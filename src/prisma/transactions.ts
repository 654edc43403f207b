import type { RowEvent } from '../analysis/writes/row-event.ts'
import type { Invalidator, WriteScope } from '../strategies/invalidator.ts'

/**
 * The interactive transactions that are open, by the id that their hooks report.
 *
 * Nothing is invalidated before the commit, and everything is before the caller hears of it. Nested transactions are
 * savepoints of the same id: a frame per savepoint, on a stack, because Prisma allows one at a time.
 *
 * - *open*       statements add their row events to the top frame.
 * - *released*   a savepoint succeeded: its events join the frame below.
 * - *reverted*   it failed: its events are forgotten, unless a statement is still running, which might land outside of it.
 * - *committed*  or its outcome is not known: all events are invalidated.
 * - *rolled back* before a commit was tried: nothing is.
 */
export interface Transactions {
  /** The transaction with this id; `undefined` if it was not begun through this plugin. */
  get(id: string): OpenTransaction | undefined
  /** Wraps the callback of `$transaction`, and what becomes of it. */
  run<Tx, Result>(
    start: (callback: (tx: Tx) => Promise<Result>) => Promise<Result>,
    options: { readonly callback: (tx: Tx) => Promise<Result>; readonly idOf: (tx: Tx) => string | null },
  ): Promise<Result>
}

export interface OpenTransaction {
  readonly scope: WriteScope
  /** Adds what a statement may have done; call `finish` with what is known when it is over. */
  begin(
    events: readonly RowEvent[],
    options: { readonly survivesRollback: boolean },
  ): { finish(events: readonly RowEvent[]): void }
}

interface Frame {
  readonly statements: Set<Statement>
}

interface Statement {
  events: readonly RowEvent[]
  running: boolean
  /** A raw statement that was not understood: it may have committed by itself. */
  readonly survivesRollback: boolean
}

export function createTransactions(invalidator: Invalidator): Transactions {
  const open = new Map<string, { readonly scope: WriteScope; readonly frames: Frame[]; readonly run: number }>()
  let runs = 0

  return {
    get(id) {
      const transaction = open.get(id)
      const frame = transaction?.frames.at(-1)
      if (!transaction || !frame) return undefined
      return {
        scope: transaction.scope,
        begin(events, { survivesRollback }) {
          const statement: Statement = { events, running: true, survivesRollback }
          frame.statements.add(statement)
          return {
            finish(known) {
              statement.events = known
              statement.running = false
            },
          }
        },
      }
    },

    async run(start, { callback, idOf }) {
      runs += 1
      const run = runs
      let id: string | null = null
      const frame: Frame = { statements: new Set() }
      let isNested = false
      let scope: WriteScope | undefined
      let succeeded = false

      const wrapped: typeof callback = async (tx) => {
        const found = idOf(tx)
        const outer = found === null ? undefined : open.get(found)
        // Begun after us, and yet around us: an extension that overrides `$transaction` led through here twice, and this is
        // one transaction, not a savepoint in it.
        if (outer && outer.run > run) return callback(tx)
        id = found
        isNested = outer !== undefined
        if (outer) outer.frames.push(frame)
        else if (id !== null) {
          scope = invalidator.open()
          open.set(id, { scope, frames: [frame], run })
        }
        const result = await callback(tx)
        succeeded = true
        return result
      }

      const end = async (isCommitted: boolean) => {
        if (id === null) return
        if (isNested) return endSavepoint(open.get(id)?.frames ?? [], frame, succeeded)
        open.delete(id)
        const events = eventsIn(frame, (statement) => succeeded || statement.survivesRollback)
        if (succeeded || events.length > 0) await scope?.commit(events, { keepIntents: !isCommitted })
        else scope?.abandon()
      }
      let isCommitted = false
      try {
        const result = await start(wrapped)
        isCommitted = true
        return result
      } finally {
        await end(isCommitted)
      }
    },
  }
}

function endSavepoint(frames: Frame[], frame: Frame, succeeded: boolean): void {
  const at = frames.indexOf(frame)
  if (at < 1) return
  frames.splice(at, 1)
  const below = frames[at - 1]!
  const isSettled = [...frame.statements].every((statement) => !statement.running)
  for (const statement of frame.statements) {
    if (succeeded || !isSettled || statement.survivesRollback) below.statements.add(statement)
  }
}

function eventsIn({ statements }: Frame, counts: (statement: Statement) => boolean): RowEvent[] {
  return [...statements].filter(counts).flatMap((statement) => statement.events)
}
