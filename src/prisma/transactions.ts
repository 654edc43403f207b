import type { RowEvent } from '../analysis/writes/row-event.ts'
import type { Invalidator, WriteScope } from '../strategies/invalidator.ts'
import type { RowToStore, WriteThrough } from '../strategies/write-through.ts'
import type { Hook } from './hook.ts'
import { howRun } from './internals.ts'

/** What a statement did, and the rows of it that may be stored. */
export interface StatementOutcome {
  readonly events: readonly RowEvent[]
  readonly rows: readonly HeldRow[]
  /** Of a write that is alone: see {@link WriteOutcome}. */
  readonly isAsForeseen?: boolean
}

/** A row that a statement returned, and what is held since before. */
export type HeldRow = Omit<RowToStore, 'others'>

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
  /**
   * The hook, such that a failure of its statement is noticed: the database may then take back what the transaction did, whatever
   * becomes of it. So nothing of it is stored.
   */
  watched(hook: Hook): Hook
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
  ): { finish(outcome: StatementOutcome): void }
}

interface Open {
  readonly scope: WriteScope
  readonly frames: Frame[]
  readonly run: number
  /** A statement or a savepoint failed: what was returned may have been taken back. A COMMIT that succeeds does not tell. */
  isInDoubt: boolean
}

interface Frame {
  readonly statements: Set<Statement>
}

interface Statement extends StatementOutcome {
  readonly began: number
  /** `Infinity` while it runs. */
  readonly ended: number
  /** A raw statement that was not understood: it may have committed by itself. */
  readonly survivesRollback: boolean
}

export function createTransactions(
  invalidator: Invalidator,
  { replacements }: Pick<WriteThrough, 'replacements'>,
): Transactions {
  const open = new Map<string, Open>()
  let runs = 0
  let steps = 0

  return {
    watched(hook) {
      const how = howRun(hook)
      const transaction = how.kind === 'interactive' ? open.get(how.transactionId) : undefined
      if (!transaction) return hook
      const query: Hook['query'] = async (args) => {
        try {
          return await hook.query(args)
        } catch (error) {
          transaction.isInDoubt = true
          throw error
        }
      }
      return { ...hook, query }
    },
    get(id) {
      const transaction = open.get(id)
      const frame = transaction?.frames.at(-1)
      if (!transaction || !frame) return undefined
      return {
        scope: transaction.scope,
        begin(events, { survivesRollback }) {
          steps += 1
          const ended = Number.POSITIVE_INFINITY
          const statement: Statement = { events, rows: [], began: steps, ended, survivesRollback }
          frame.statements.add(statement)
          return {
            finish(outcome) {
              steps += 1
              Object.assign(statement, outcome, { ended: steps })
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
          open.set(id, { scope, frames: [frame], run, isInDoubt: false })
        }
        const result = await callback(tx)
        succeeded = true
        return result
      }

      const end = async (isCommitted: boolean) => {
        if (id === null) return
        const transaction = open.get(id)
        if (isNested) {
          if (transaction && !succeeded) transaction.isInDoubt = true
          return endSavepoint(transaction?.frames ?? [], frame, succeeded)
        }
        open.delete(id)
        const events = eventsIn(frame, (statement) => succeeded || statement.survivesRollback)
        if (succeeded || events.length > 0) {
          const rows = isCommitted && !transaction?.isInDoubt ? rowsIn(frame) : []
          await scope?.commit(events, { keepIntents: !isCommitted, replacements: await replacements(rows) })
        } else scope?.abandon()
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
  const isSettled = [...frame.statements].every(({ ended }) => ended < Number.POSITIVE_INFINITY)
  for (const statement of frame.statements) {
    if (succeeded || !isSettled || statement.survivesRollback) below.statements.add(statement)
  }
}

function eventsIn({ statements }: Frame, counts: (statement: Statement) => boolean): RowEvent[] {
  return [...statements].filter(counts).flatMap((statement) => statement.events)
}

/** The rows that were returned, each with everything that may have been done to it since. */
function rowsIn({ statements }: Frame): RowToStore[] {
  const all = [...statements]
  return all.flatMap((statement) => {
    const later = all.filter((other) => other !== statement && other.ended > statement.began)
    return withOthers(
      statement,
      later.flatMap(({ events }) => events),
    )
  })
}

/**
 * The rows of a statement, each with what the same statement did besides, and with what came later. An event that was condensed with
 * others is no longer a row's own, and so the row is not stored.
 */
export function withOthers({ events, rows }: StatementOutcome, later: readonly RowEvent[] = []): RowToStore[] {
  return rows.map((row) => ({ ...row, others: [...events.filter((event) => !row.events.includes(event)), ...later] }))
}
