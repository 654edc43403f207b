import type { RowEvent } from '../analysis/writes/row-event.ts'
import type { Invalidator, WriteScope } from '../strategies/invalidator.ts'
import type { Hook } from './hook.ts'
import { batchKeyOf, withBatchKey } from './internals.ts'
import { provesRollback } from './outcome.ts'
import type { OpenTransaction } from './transactions.ts'

/**
 * The batches that are under way: `$transaction([...])`.
 *
 * A batch is judged as a whole. Its hooks hear of their own statements alone: when one fails, those of all others succeed,
 * although the batch was rolled back; and the promise of a batch rejects without waiting for the hooks that have not ended.
 *
 * - *open*         statements add their row events.
 * - *committed*    or its outcome is not known: all events are invalidated before the caller hears of it.
 * - *rolled back*  a statement failed in a way that proves it: nothing is, unless a statement may have committed by itself.
 */
export interface Batches {
  /** The batch that a hook runs in; `undefined` if it runs in none, or in one that was not begun through this plugin. */
  of(hook: Hook): OpenTransaction | undefined
  /** The hook, such that a failure of its statement is noticed. */
  watched(hook: Hook): Hook
  /** Runs `$transaction` on these promises, which `start` is given in a form that can be followed. */
  run<Result>(promises: readonly unknown[], start: (promises: readonly unknown[]) => Promise<Result>): Promise<Result>
}

interface Batch extends OpenTransaction {
  readonly statements: { events: readonly RowEvent[]; readonly survivesRollback: boolean }[]
  readonly errors: unknown[]
}

export function createBatches(invalidator: Invalidator): Batches {
  const open = new WeakMap<object, Batch>()
  const batchOf = (hook: Hook) => {
    const key = batchKeyOf(hook)
    return key ? open.get(key) : undefined
  }

  async function end({ scope, statements, errors }: Batch, outcome: 'resolved' | 'rejected') {
    const rolledBack = outcome === 'rejected' && errors.length > 0 && errors.every(provesRollback)
    const events = statements.filter((one) => !rolledBack || one.survivesRollback).flatMap((one) => one.events)
    if (rolledBack && events.length === 0) scope.abandon()
    else await scope.commit(events, { keepIntents: outcome === 'rejected' })
  }

  async function whole<Result>(batch: Batch, running: Promise<Result>): Promise<Result> {
    let outcome: 'resolved' | 'rejected' = 'rejected'
    try {
      const result = await running
      outcome = 'resolved'
      return result
    } finally {
      await end(batch, outcome)
    }
  }

  /** Not within the promise: what is no batch is refused at once, as the plain client does. */
  function started<Result>(batch: Batch, start: () => Promise<Result>): Promise<Result> {
    try {
      return start()
    } catch (error) {
      void end(batch, 'rejected')
      throw error
    }
  }

  return {
    of: batchOf,
    watched(hook) {
      const batch = batchOf(hook)
      if (!batch) return hook
      const query: Hook['query'] = async (args) => {
        try {
          return await hook.query(args)
        } catch (error) {
          batch.errors.push(error)
          throw error
        }
      }
      return { ...hook, query }
    },
    run(promises, start) {
      const batch = openBatch(invalidator.open())
      const followed = withBatchKey(promises, (key) => open.set(key, batch))
      return whole(
        batch,
        started(batch, () => start(followed)),
      )
    },
  }
}

function openBatch(scope: WriteScope): Batch {
  const statements: Batch['statements'] = []
  return {
    scope,
    statements,
    errors: [],
    begin(events, { survivesRollback }) {
      const statement = { events, survivesRollback }
      statements.push(statement)
      return {
        // Arguments of a batch are not widened, so that nothing of it is stored.
        finish({ events }) {
          statement.events = events
        },
      }
    },
  }
}
