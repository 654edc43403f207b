import type { ReadInfo } from '../core/client.ts'
import { type ParsedStrategy, parseCacheStrategy } from '../core/config.ts'
import type { Hook } from './hook.ts'
import { dataPathOf, howRun } from './internals.ts'
import { planRead } from './read-plans.ts'
import type { Runtime } from './runtime.ts'

/** What the cache must know of the client that it sits on. */
export interface ClientInUse {
  /** What of it decides how a result looks, beside schema and arguments. */
  readonly fingerprint: () => string
  /** Whether the arguments that the cache sees are those that reach the database. */
  readonly isInnermost: boolean
}

/** Answers a read from the cache, or runs it and says why not. */
export async function runRead(hook: Hook & { readonly model: string }, runtime: Runtime, client: ClientInUse) {
  const { model, operation, query } = hook
  const { args, strategy } = splitStrategy(hook.args)
  const bypass = (reason: string) => {
    runtime.info.note(bypassInfo(reason))
    if (isCached(model, strategy, runtime)) runtime.report({ kind: 'bypass', model, operation, reason })
    return query(args)
  }
  const how = howRun(hook)
  // A hook that does not run its query would hang the whole batch; a transaction must see its own writes and no one else may.
  if (how.kind === 'batch' || how.kind === 'interactive') return bypass('in a transaction')
  if (how.kind === 'unknown') return bypass('this Prisma client tells nothing of transactions')
  if (strategy?.kind === 'bypass') return bypass('cacheStrategy is false')
  if (!isCached(model, strategy, runtime))
    return bypass(`model ${model} is not listed, and the query has no cacheStrategy`)
  if (!client.isInnermost) {
    runtime.report({ kind: 'warning', message: notInnermost })
    return bypass('a query extension was added behind the cache')
  }
  const dataPath = dataPathOf(hook)
  if (dataPath === null) return bypass('the fluent path is not known')

  const call = { model, operation, args, dataPath, strategy, clientFingerprint: client.fingerprint() }
  const planned = planRead(call, runtime)
  if (planned.kind === 'bypass') return bypass(planned.reason)
  const { result, info } = await runtime.reader.read(planned.plan, () => Promise.resolve(query(args)))
  runtime.info.note(info)
  return result
}

const notInnermost =
  'A query extension runs after the cache and may change what it cannot see, so this client is not served from it. ' +
  'Add extensions with the $extends of the cached client, not with one that was taken from another client.'

function isCached(model: string, strategy: ParsedStrategy | null, { config }: Runtime): boolean {
  return strategy?.kind === 'cache' || config.models[model] !== undefined
}

/** Takes `cacheStrategy` out of the arguments: Prisma does not know it. Throws `QUERY.INVALID_STRATEGY`. */
function splitStrategy(args: unknown): { args: unknown; strategy: ParsedStrategy | null } {
  if (typeof args !== 'object' || args === null || !('cacheStrategy' in args)) return { args, strategy: null }
  const { cacheStrategy, ...rest } = args
  return { args: rest, strategy: cacheStrategy === undefined ? null : parseCacheStrategy(cacheStrategy) }
}

function bypassInfo(reason: string): ReadInfo {
  return { status: 'bypass', source: 'database', ageMs: null, reason }
}
