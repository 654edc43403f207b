import { arranged } from '../analysis/reads/arranged.ts'
import { isNode, type Node } from '../analysis/reads/node.ts'
import type { ReadInfo } from '../core/client.ts'
import { type ParsedStrategy, parseCacheStrategy } from '../core/config.ts'
import { type ClientInUse, notInnermost } from './client-in-use.ts'
import type { Hook } from './hook.ts'
import { canShapeResult, dataPathOf, howRun, shapeResultBy } from './internals.ts'
import { mentioned } from './mentioned.ts'
import { awaitReads, awaitWrites } from './pending/await-writes.ts'
import type { ReadCall } from './read-call.ts'
import { planRead, type ReadPlanned } from './read-plans.ts'
import type { Runtime } from './runtime.ts'
import { queryWidened } from './widened.ts'

/** Answers a read from the cache, or runs it and says why not. */
export async function runRead(hook: Hook & { readonly model: string }, runtime: Runtime, client: ClientInUse) {
  const { model, operation } = hook
  const prepared = prepareRead(hook, runtime, client)
  const { args } = prepared
  if (prepared.kind === 'bypass') {
    const { reason, isCached } = prepared
    runtime.info.note(bypassInfo(reason))
    if (isCached && !client.isInnermost) runtime.report({ kind: 'warning', message: notInnermost })
    if (isCached) runtime.report({ kind: 'bypass', model, operation, reason })
    await awaitReads(mentioned(runtime, model, args), runtime)
    return hook.query(args)
  }
  const { plan, widened, loaded, shown, isRow } = prepared.planned
  const query = () => (isRow ? queryRow(hook, args, widened) : queryWidened(hook, { given: args, widened }))
  const load = async () => loaded(await query())
  const { result, info } = await runtime.reader.read(plan, load)
  // That there is none is known, and it is Prisma's error to tell.
  if (result === null && operation === 'findUniqueOrThrow') {
    runtime.info.note(bypassInfo('there is no such row, which Prisma says in its own words'))
    await awaitWrites([model], runtime.writeBehind)
    return hook.query(args)
  }
  runtime.info.note(info)
  return arranged(shown(result), shownNode(args, prepared.call.dataPath))
}

/** Loads a row as it is stored. Invalid arguments are refused as the caller gave them. */
async function queryRow(hook: Hook, given: unknown, stored: unknown): Promise<unknown> {
  try {
    return await hook.query(stored)
  } catch (error) {
    if (error instanceof Error && error.name === 'PrismaClientValidationError') await hook.query(given)
    throw error
  } finally {
    shapeResultBy(hook, given)
  }
}

/** The part of the arguments that selects what the result shows; `['select', 'posts']` leads to what a fluent call unpacks. */
function shownNode(args: unknown, dataPath: readonly string[]): Node {
  const inner = dataPath.reduce((node, key) => (isNode(node) ? node[key] : undefined), args)
  return isNode(inner) ? inner : {}
}

/** A read that is about to run; `args` are those for Prisma, without `cacheStrategy`. */
export type PreparedRead =
  | {
      readonly kind: 'bypass'
      readonly args: unknown
      /** In a line. */
      readonly reason: string
      /** Whether it would be cached otherwise. */
      readonly isCached: boolean
    }
  | { readonly kind: 'cached'; readonly args: unknown; readonly call: ReadCall; readonly planned: ReadPlanned }

/** Says how a read is served, and if not from the cache, why. Throws `QUERY.INVALID_STRATEGY`. */
export function prepareRead(
  hook: Hook & { readonly model: string },
  runtime: Runtime,
  client: ClientInUse,
): PreparedRead {
  const { model, operation } = hook
  const { args, strategy } = splitStrategy(hook.args)
  const isCached = strategy?.kind === 'cache' || runtime.config.models[model] !== undefined
  const bypass = (reason: string): PreparedRead => ({ kind: 'bypass', args, reason, isCached })

  const how = howRun(hook)
  // A hook that does not run its query would hang the whole batch; a transaction must see its own writes and no one else may.
  if (how.kind === 'batch' || how.kind === 'interactive') return bypass('in a transaction')
  if (how.kind === 'unknown') return bypass('this Prisma client tells nothing of transactions')
  if (strategy?.kind === 'bypass') return bypass('cacheStrategy is false')
  if (!isCached) return bypass(`model ${model} is not listed, and the query has no cacheStrategy`)
  if (!client.isInnermost) return bypass('a query extension was added behind the cache')
  const dataPath = dataPathOf(hook)
  if (dataPath === null) return bypass('the fluent path is not known')

  const ofClient = { clientFingerprint: client.fingerprint(), clientView: client.view() }
  const mayLoadOtherwise = canShapeResult(hook)
  const call = { model, operation, args, dataPath, strategy, mayLoadOtherwise, ...ofClient }
  const planned = planRead(call, runtime)
  return planned.kind === 'bypass' ? bypass(planned.reason) : { kind: 'cached', args, call, planned }
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
