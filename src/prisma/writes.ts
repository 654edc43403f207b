import { narrow, widen } from '../analysis/reads/widening.ts'
import type { WriteOutcome } from '../analysis/writes/analyse-write.ts'
import type { WriteScope } from '../strategies/invalidator.ts'
import type { HeldStamps, StoredModel } from '../strategies/write-through.ts'
import { type ClientInUse, notInnermost } from './client-in-use.ts'
import { type Effect, effectOfRaw, effectOfWrite, locksRows } from './effects.ts'
import type { Hook } from './hook.ts'
import { howRun } from './internals.ts'
import { meanwhile } from './meanwhile.ts'
import { mentioned } from './mentioned.ts'
import { provesRollback, saysNotFound, wasNeverSent } from './outcome.ts'
import { acceptWrite } from './pending/accept-write.ts'
import { awaitReads, awaitWrites } from './pending/await-writes.ts'
import { neighboursOf } from './pending/neighbours.ts'
import type { Runtime } from './runtime.ts'
import { type OpenTransaction, type StatementOutcome, withOthers } from './transactions.ts'
import { queryWidened } from './widened.ts'

/** Runs a write on a model, and invalidates what it may have changed before the caller hears of it. */
export async function runWrite(
  hook: Hook & { readonly model: string },
  runtime: Runtime,
  client: ClientInUse,
): Promise<unknown> {
  warnOfOthers(runtime, client)
  const { model, operation } = hook
  const { writeBehind } = runtime
  if (writeBehind.isPending(model)) {
    const round = writeBehind.accepting.begin()
    try {
      const accepted = await acceptWrite(hook, runtime, client)
      if (accepted.kind === 'accepted') return accepted.result
      runtime.report({ kind: 'synchronous', model, operation, reason: accepted.reason })
    } finally {
      writeBehind.accepting.end(round)
    }
  }
  return runEffect(hook, runtime, effectOfWrite(hook, runtime, client))
}

/** Runs a raw statement. One that certainly only reads runs as it is. */
export async function runRaw(hook: Hook, runtime: Runtime, client: ClientInUse): Promise<unknown> {
  warnOfOthers(runtime, client)
  const effect = await effectOfRaw(hook, runtime, client)
  if (effect) return runEffect(hook, runtime, effect)
  runtime.info.note({ status: 'bypass', source: 'database', ageMs: null, reason: 'raw SQL is not cached' })
  await lockOutAccepted(hook, runtime)
  await awaitReads(runtime.dataModel.models.keys(), runtime)
  return hook.query(hook.args)
}

/** Who locks rows in a transaction means everybody: until its end nothing is accepted that would go past the lock. */
async function lockOutAccepted(hook: Hook, { transactions, writeBehind, dataModel }: Runtime): Promise<void> {
  const how = howRun(hook)
  if (!writeBehind.isInUse || how.kind !== 'interactive' || !locksRows(hook)) return
  await transactions.get(how.transactionId)?.scope.record([...dataModel.models.keys()].filter(writeBehind.isPending))
}

function warnOfOthers({ report }: Runtime, { isInnermost }: ClientInUse): void {
  if (!isInnermost) report({ kind: 'warning', message: notInnermost })
}

interface Writing {
  readonly effect: Effect
  readonly runtime: Runtime
}

async function runEffect(hook: Hook, runtime: Runtime, effect: Effect): Promise<unknown> {
  const how = howRun(hook)
  if (how.kind === 'interactive') {
    const transaction = runtime.transactions.get(how.transactionId)
    return transaction ? runWithin(transaction, hook, { effect, runtime }) : runUnattended(hook, runtime, effect)
  }
  if (how.kind === 'unknown') return runUnattended(hook, runtime, effect)
  const batch = runtime.batches.of(hook)
  if (batch) return runWithin(batch, hook, { effect, runtime })

  // Alone, or in a batch that was begun beside this plugin. Nothing is awaited that is there: a write that has slept runs slowly.
  const scope = runtime.invalidator.open()
  const entering = entered(scope, hook, { effect, runtime })
  if (entering) await entering
  const held = effect.storing ? await heldStamps(effect.storing, runtime) : null
  let result: unknown
  let outcome: StatementOutcome
  try {
    const running = queryWidened(hook, { given: hook.args, widened: widen(hook.args, effect.widenings) })
    if (effect.foreseen) meanwhile(() => foresee(effect, scope))
    result = await running
    // A fault in the analysis says nothing of the statement, which stands.
    outcome = stored(effect.outcome(result), held, runtime)
  } catch (error) {
    const fate = fateOf(error, effect)
    if (fate === 'undone') scope.abandon()
    else await scope.commit(effect.expected(), { keepIntents: fate === 'unknown' })
    throw error
  }
  const { events, rows, isAsForeseen = false } = outcome
  const replacements = rows.length > 0 ? await runtime.writeThrough.replacements(withOthers(outcome)) : []
  await scope.commit(events, { replacements, isAsForeseen })
  narrow(result, effect.widenings)
  return result
}

/** What became of a write that failed. */
function fateOf(error: unknown, { mayCommit, isReplaceable }: Effect): 'undone' | 'done' | 'unknown' {
  if (wasNeverSent(error)) return 'undone'
  if (mayCommit || !provesRollback(error)) return 'unknown'
  return isReplaceable && saysNotFound(error) ? 'done' : 'undone'
}

function foresee({ foreseen }: Effect, scope: WriteScope): void {
  const found = foreseen?.()
  if (found) scope.foresee(found)
}

/** `undefined` where there is nothing to wait for. Rejects when accepted writes do not reach the database before it: then it must not run. */
function entered(scope: WriteScope, hook: Hook, writing: Writing): Promise<void> | undefined {
  const abandon = (error: unknown): never => {
    scope.abandon()
    throw error
  }
  try {
    return enter(scope, hook, writing)?.catch(abandon)
  } catch (error) {
    return abandon(error)
  }
}

/** Before a write: its intent, and accepted writes that it must not meet half done. `undefined` where there is nothing to wait for. */
function enter(scope: WriteScope, hook: Hook, { effect, runtime }: Writing): Promise<void> | undefined {
  const { models, expected } = effect
  const { dataModel, writeBehind } = runtime
  if (!writeBehind.isInUse) return scope.record(models)
  const { settled, gated } = neighboursOf(dataModel, expected(), writeBehind.isPending)
  // Its conditions and what it returns may be about others, too; raw SQL does not tell about what.
  const read = hook.model === undefined ? dataModel.models.keys() : mentioned(runtime, hook.model, hook.args)
  const others = [...settled, ...read].filter((model) => !models.includes(model))
  return Promise.all([scope.record([...new Set([...models, ...gated])]), awaitWrites(others, writeBehind)]).then(
    () => {},
  )
}

/** What a write holds since before it began, of the rows that are to be stored. */
interface Held {
  readonly model: StoredModel
  readonly stamps: HeldStamps
}

async function heldStamps(
  { model: name, lookups }: NonNullable<Effect['storing']>,
  { storedRows, writeThrough }: Runtime,
): Promise<Held | null> {
  const model = storedRows.get(name)?.written
  return model ? { model, stamps: await writeThrough.hold(model, lookups) } : null
}

/** What is to be stored of the rows that came back. */
function stored(outcome: WriteOutcome, held: Held | null, { writeThrough }: Runtime): StatementOutcome {
  if (held === null) return { ...outcome, rows: [] }
  const { events, rows } = outcome
  return { events, rows: rows.flatMap((row) => writeThrough.encoded(held.model, row, held.stamps) ?? []) }
}

/** A write whose fate is that of the transaction around it. */
async function runWithin(transaction: OpenTransaction, hook: Hook, { effect, runtime }: Writing): Promise<unknown> {
  const statement = transaction.begin(effect.expected(), { survivesRollback: effect.mayCommit })
  const entering = enter(transaction.scope, hook, { effect, runtime })
  if (entering) await entering
  // A statement that stores nothing leaves at once, in its place among the others.
  const held = effect.storing ? await heldStamps(effect.storing, runtime) : null
  const result = await queryWidened(hook, { given: hook.args, widened: widen(hook.args, effect.widenings) })
  statement.finish(stored(effect.outcome(result), held, runtime))
  narrow(result, effect.widenings)
  return result
}

/**
 * A write in a transaction whose end we will not see. It is invalidated now, and its intents are left to expire: the
 * sweepers drop the models once more, one lease later.
 */
async function runUnattended(hook: Hook, runtime: Runtime, effect: Effect): Promise<unknown> {
  const scope = runtime.invalidator.open()
  const entering = entered(scope, hook, { effect, runtime })
  if (entering) await entering
  runtime.report({
    kind: 'weakened-write',
    models: effect.models,
    reason: 'its transaction was not begun through this client, so its commit is not seen',
  })
  try {
    return await hook.query(hook.args)
  } finally {
    await scope.commit(effect.expected(), { keepIntents: true })
  }
}
