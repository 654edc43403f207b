import { type Written, writtenTables } from '../analysis/statement/written-tables.ts'
import { unknownWrite, type WriteAnalysis } from '../analysis/writes/analyse-write.ts'
import { eventsOfTables, everyModel } from '../analysis/writes/table-events.ts'
import { type ClientInUse, notInnermost } from './client-in-use.ts'
import type { Hook } from './hook.ts'
import { dataPathOf, howRun } from './internals.ts'
import type { Runtime } from './runtime.ts'

/** What a statement may do to the cache. */
export interface Effect extends WriteAnalysis {
  /** Whether it, or a part of it, may commit by itself, so that the rollback of the transaction around it proves nothing. */
  readonly mayCommit: boolean
}

/** What a write on a model does. */
export function effectOfWrite(hook: Hook & { readonly model: string }, runtime: Runtime, client: ClientInUse): Effect {
  const { dataModel, declared, writeMemo, keepsOnError: mayCommit } = runtime
  if (!client.isInnermost) return { ...unknownWrite(dataModel, notInnermost), mayCommit }
  const { kind } = howRun(hook)
  const stored = runtime.storedRows.get(hook.model)
  const options = {
    client: client.view(),
    clientFingerprint: client.fingerprint(),
    declared,
    isUnpacked: dataPathOf(hook)?.length !== 0,
    // In a batch Prisma's complaint about invalid arguments would quote what was added; see `queryWidened`.
    mayWiden: kind === 'alone' || kind === 'interactive',
    stored: stored?.written ? stored.fields : undefined,
  }
  const write = { model: hook.model, operation: hook.operation, args: hook.args }
  return { ...writeMemo.analyse(write, options), mayCommit }
}

/** What a raw statement does; `null` when it certainly only reads. */
export async function effectOfRaw(hook: Hook, runtime: Runtime, client: ClientInUse): Promise<Effect | null> {
  const { dataModel, declared } = runtime
  if (!client.isInnermost) return { ...unknownWrite(dataModel, notInnermost), mayCommit: true }
  const written = await tablesOf(hook, runtime)
  if (written.kind === 'none') return null
  const events =
    written.kind === 'tables'
      ? eventsOfTables(dataModel, declared, written.tables)
      : everyModel(dataModel, `raw SQL that is not understood: ${written.reason}`)
  return {
    expected: () => events,
    models: [...new Set(events.map((event) => event.model))],
    widenings: [],
    isReplaceable: false,
    storing: null,
    outcome: () => ({ events, rows: [] }),
    mayCommit: written.kind === 'unknown' || runtime.keepsOnError,
  }
}

/** The tables that a raw statement writes. */
function tablesOf({ args }: Hook, { dataModel, config }: Runtime): Promise<Written> {
  const text = sqlOf(args)
  if (text === null) return Promise.resolve({ kind: 'unknown', reason: 'its text is not known' })
  return writtenTables(text, { provider: dataModel.provider, readOnlyFunctions: config.readOnlyFunctions })
}

/** Whether a raw statement that only reads keeps others from writing its rows. */
export function locksRows({ args }: Hook): boolean {
  return /\bfor\s+(?:no\s+key\s+update|update|key\s+share|share)\b/i.test(sqlOf(args) ?? '')
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
