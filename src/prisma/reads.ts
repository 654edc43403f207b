import { isRead } from '../analysis/reads/analyse-read.ts'
import { arranged } from '../analysis/reads/arranged.ts'
import { isNode, type Node } from '../analysis/reads/node.ts'
import type { ReadInfo } from '../core/client.ts'
import { type ParsedStrategy, parseCacheStrategy } from '../core/config.ts'
import { isPromise } from '../core/soon.ts'
import { type ClientInUse, notInnermost } from './client-in-use.ts'
import type { Hook } from './hook.ts'
import { canShapeResult, dataPathOf, howRun, shapeResultBy } from './internals.ts'
import { mentioned } from './mentioned.ts'
import { awaitReads, awaitWrites } from './pending/await-writes.ts'
import type { ReadCall } from './read-call.ts'
import { argsOfText } from './read-memo.ts'
import type { ReadPlanned } from './read-planned.ts'
import { planRead } from './read-plans.ts'
import type { Runtime } from './runtime.ts'
import { queryWidened } from './widened.ts'

/**
 * Whether an operation is a read that is not cached, waits for no accepted writes, is in no transaction, and nobody asks about: then it runs as
 * if there were no cache, which shall not make it slower.
 */
export function isOfNoConcern(hook: Hook, { config, writeBehind, info, explain }: Runtime): boolean {
  const { model, operation, args } = hook
  if (model === undefined || !isRead(operation) || mayBeCached(model, args, config)) return false
  return !writeBehind.isInUse && !info.isOpen() && !explain.isOpen() && howRun(hook).kind === 'alone'
}

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
  const { dataPath, planned } = prepared
  const load = async () => planned.loaded(await query(hook, args, planned))
  const reading = runtime.reader.read(planned.planFor(args), load)
  // What the embedded store knows is there at once.
  const { result, info } = isPromise(reading) ? await reading : reading
  // That there is none is known, and it is Prisma's error to tell.
  if (result === null && operation === 'findUniqueOrThrow') {
    runtime.info.note(bypassInfo('there is no such row, which Prisma says in its own words'))
    await awaitWrites([model], runtime.writeBehind)
    return hook.query(args)
  }
  runtime.info.note(info)
  return arranged(planned.shown(result), shownNode(args, dataPath))
}

function query(hook: Hook, args: unknown, { widened, isRow }: ReadPlanned): Promise<unknown> {
  return isRow ? queryRow(hook, args, widened(args)) : queryWidened(hook, { given: args, widened: widened(args) })
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
type PreparedRead =
  | {
      readonly kind: 'bypass'
      readonly args: unknown
      /** In a line. */
      readonly reason: string
      /** Whether it would be cached otherwise. */
      readonly isCached: boolean
    }
  | {
      readonly kind: 'cached'
      readonly args: unknown
      readonly dataPath: readonly string[]
      readonly planned: ReadPlanned
    }

/** Says how a read is served, and if not from the cache, why. Throws `QUERY.INVALID_STRATEGY`. */
function prepareRead(hook: Hook & { readonly model: string }, runtime: Runtime, client: ClientInUse): PreparedRead {
  const text = memoText(hook, runtime, client)
  const known = text === null ? undefined : runtime.readMemo.plans.get(text)
  if (known) {
    return { kind: 'cached', args: withoutStrategy(hook.args), dataPath: dataPathOf(hook) ?? [], planned: known }
  }
  const call = readCall(hook, runtime, client)
  if (call.kind === 'bypass') return call
  const { args, dataPath, strategy } = call
  const planned = planRead(call, runtime, text === null || strategy ? null : argsOfText(text))
  if (planned.kind === 'bypass') return { kind: 'bypass', args, reason: planned.reason, isCached: true }
  if (text !== null) runtime.readMemo.plans.keep(text, planned)
  return { kind: 'cached', args, dataPath, planned }
}

/** The text by which the plan is known; `null` for a call that is not surely served from the cache. */
function memoText(
  hook: Hook & { readonly model: string },
  { config, readMemo }: Runtime,
  client: ClientInUse,
): string | null {
  const { model, operation, args } = hook
  if (!mayBeCached(model, args, config)) return null
  const dataPath = dataPathOf(hook)
  if (!client.isInnermost || dataPath === null || howRun(hook).kind !== 'alone') return null
  const mayLoadOtherwise = canShapeResult(hook)
  return readMemo.textOf({
    model,
    operation,
    args,
    dataPath,
    mayLoadOtherwise,
    clientFingerprint: client.fingerprint(),
  })
}

/** A read as it reaches the analysis, or why it does not. Throws `QUERY.INVALID_STRATEGY`. */
export function readCall(
  hook: Hook & { readonly model: string },
  runtime: Pick<Runtime, 'config'>,
  client: ClientInUse,
): (ReadCall & { readonly kind: 'call' }) | Extract<PreparedRead, { kind: 'bypass' }> {
  const { model, operation } = hook
  const args = withoutStrategy(hook.args)
  const strategy = strategyOf(hook.args)
  const isCached = strategy?.kind === 'cache' || runtime.config.models[model] !== undefined
  const bypass = (reason: string) => ({ kind: 'bypass', args, reason, isCached }) as const

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
  return { kind: 'call', model, operation, args, dataPath, strategy, mayLoadOtherwise, ...ofClient }
}

/** Whether the model is listed, or the query says itself how it is cached. */
function mayBeCached(model: string, args: unknown, { models }: Runtime['config']): boolean {
  return models[model] !== undefined || hasStrategy(args)
}

function hasStrategy(args: unknown): args is { readonly cacheStrategy: unknown } {
  return typeof args === 'object' && args !== null && 'cacheStrategy' in args
}

/** The arguments for Prisma, which does not know `cacheStrategy`. */
function withoutStrategy(args: unknown): unknown {
  if (!hasStrategy(args)) return args
  const { cacheStrategy, ...rest } = args
  return rest
}

/** Throws `QUERY.INVALID_STRATEGY`. */
function strategyOf(args: unknown): ParsedStrategy | null {
  if (!hasStrategy(args) || args.cacheStrategy === undefined) return null
  return parseCacheStrategy(args.cacheStrategy)
}

function bypassInfo(reason: string): ReadInfo {
  return { status: 'bypass', source: 'database', ageMs: null, reason }
}
