import type { RowEvent } from '../analysis/row-event.ts'
import { writtenTables } from '../analysis/statement/written-tables.ts'
import { eventsOfTables, everyModel } from '../analysis/table-events.ts'
import { eventsOfWrite, modelsWritten } from '../analysis/write-events.ts'
import type { Hook } from './hook.ts'
import { dataPathOf, howRun } from './internals.ts'
import { provesRollback } from './outcome.ts'
import type { Runtime } from './runtime.ts'
import type { OpenTransaction } from './transactions.ts'

/** What a statement may do to the cache. */
interface Effect {
  /** Every model it may touch, known before it runs. */
  readonly models: readonly string[]
  /** What it did, given what it returned; `undefined` when it returned nothing or failed. */
  readonly events: (result: unknown) => readonly RowEvent[]
  /** Whether it may commit by itself, so that the rollback of the transaction around it proves nothing. */
  readonly mayCommit: boolean
}

/** Runs a write on a model, and invalidates what it may have changed before the caller hears of it. */
export async function runWrite(hook: Hook & { readonly model: string }, runtime: Runtime): Promise<unknown> {
  const { dataModel } = runtime
  const write = { model: hook.model, operation: hook.operation, args: hook.args }
  // The fluent API (`update(...).author()`) unpacks the result: what comes back is a row of another model.
  const isUnpacked = dataPathOf(hook)?.length !== 0
  return runEffect(hook, runtime, {
    models: [...modelsWritten(dataModel, write)],
    events: (result) => eventsOfWrite(dataModel, write, isUnpacked ? undefined : result),
    mayCommit: false,
  })
}

/** Runs a raw statement. One that certainly only reads runs as it is. */
export async function runRaw(hook: Hook, runtime: Runtime): Promise<unknown> {
  const { dataModel, config } = runtime
  const text = sqlOf(hook.args)
  const dialect = { provider: dataModel.provider, readOnlyFunctions: config.readOnlyFunctions }
  const written = text === null ? ({ kind: 'unknown' } as const) : await writtenTables(text, dialect)
  if (written.kind === 'none') return hook.query(hook.args)
  const events = written.kind === 'tables' ? eventsOfTables(dataModel, written.tables) : everyModel(dataModel)
  const models = [...new Set(events.map((event) => event.model))]
  return runEffect(hook, runtime, { models, events: () => events, mayCommit: written.kind === 'unknown' })
}

async function runEffect(hook: Hook, runtime: Runtime, effect: Effect): Promise<unknown> {
  const how = howRun(hook)
  if (how.kind === 'interactive') {
    const transaction = runtime.transactions.get(how.transactionId)
    return transaction ? runWithin(transaction, hook, effect) : runUnattended(hook, runtime, effect)
  }
  if (how.kind === 'unknown') return runUnattended(hook, runtime, effect)
  const batch = runtime.batches.of(hook)
  if (batch) return runWithin(batch, hook, effect)

  // Alone, or in a batch that was begun beside this plugin.
  const scope = runtime.invalidator.open()
  await scope.record(effect.models)
  let result: unknown
  try {
    result = await hook.query(hook.args)
  } catch (error) {
    if (provesRollback(error) && !effect.mayCommit) scope.abandon()
    else await scope.commit(effect.events(undefined), { keepIntents: true })
    throw error
  }
  await scope.commit(effect.events(result))
  return result
}

/** A write whose fate is that of the transaction around it. */
async function runWithin(transaction: OpenTransaction, hook: Hook, effect: Effect): Promise<unknown> {
  const statement = transaction.begin(effect.events(undefined), { survivesRollback: effect.mayCommit })
  const recorded = transaction.scope.record(effect.models)
  if (recorded) await recorded
  const result = await hook.query(hook.args)
  statement.finish(effect.events(result))
  return result
}

/**
 * A write in a transaction whose end we will not see. It is invalidated now, and its intents are left to expire: the
 * sweepers drop the models once more, one lease later.
 */
async function runUnattended(hook: Hook, runtime: Runtime, effect: Effect): Promise<unknown> {
  const scope = runtime.invalidator.open()
  await scope.record(effect.models)
  runtime.report({
    kind: 'weakened-write',
    models: effect.models,
    reason: 'its transaction was not begun through this client, so its commit is not seen',
  })
  try {
    return await hook.query(hook.args)
  } finally {
    await scope.commit(effect.events(undefined), { keepIntents: true })
  }
}

/**
 * The text of a raw statement as Prisma's hooks see it: `{ strings, values }` of a tagged template (typed SQL and `Prisma.sql`
 * add `sql`), or `[text, ...values]` of the `Unsafe` methods.
 */
function sqlOf(args: unknown): string | null {
  if (Array.isArray(args)) return typeof args[0] === 'string' ? args[0] : sqlOf(args[0])
  if (typeof args !== 'object' || args === null) return null
  if ('strings' in args && Array.isArray(args.strings)) {
    return args.strings.reduce((text: string, part: unknown, i) => `${text}$${i}${String(part)}`)
  }
  return 'sql' in args && typeof args.sql === 'string' ? args.sql : null
}
