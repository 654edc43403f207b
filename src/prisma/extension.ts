import { isRead } from '../analysis/reads/analyse-read.ts'
import { canonical } from '../core/canonical.ts'
import { CacheError } from '../core/errors.ts'
import { withShortCalls } from './calls.ts'
import type { ClientInUse } from './client-in-use.ts'
import { clientViewOf } from './client-view.ts'
import { explainCall } from './explain.ts'
import type { Hook } from './hook.ts'
import { computedFieldsOf, extendPlainly, globalOmitOf, isLastHook, setParent, transactionIdOf } from './internals.ts'
import { ownArgs } from './own-args.ts'
import { awaitReads } from './pending/await-writes.ts'
import { isOfNoConcern, runRead } from './reads.ts'
import { answerRequests } from './requests.ts'
import type { Runtime } from './runtime.ts'
import { identify } from './values.ts'
import { runRaw, runWrite } from './writes.ts'

/** As much of a Prisma client as the extension calls. Their `this` is the client in use: extended further, or of a transaction. */
export interface ExtendableClient {
  $extends(extension: unknown): ExtendableClient
  $transaction(input: unknown, options?: unknown): Promise<unknown>
  $disconnect(): Promise<void>
}

/**
 * Puts the cache on top of a client, innermost among its query hooks.
 *
 * Prisma runs the hooks of earlier extensions first, so a filter that is added later would change the arguments behind the
 * cache's back, and one tenant would be served another's rows. Therefore `$extends` puts each newcomer under the cache and
 * the cache back on top: the cache always sees the arguments that reach the database.
 *
 * @param given the client that was extended, as its user sees it: what a newcomer reaches through `$parent` is cached, and
 *   its writes are seen. The cache itself is built on `parent`, which has no cache.
 */
export function attach(parent: ExtendableClient, runtime: Runtime, given?: ExtendableClient): ExtendableClient {
  const fingerprint = memoized(() =>
    canonical([globalOmitOf(parent), computedFieldsOf(parent, runtime.dataModel.models.keys())], { identify }),
  )
  const view = memoized(() => clientViewOf(parent, runtime.dataModel.models.keys()))

  /** Before a transaction begins: its snapshot would lack what is flushed for its statements. */
  async function seesAccepted(options: unknown): Promise<void> {
    if (await runtime.seesCommitted(parent, options)) return
    await awaitReads(runtime.dataModel.models.keys(), runtime)
  }

  /** Begins an operation. Whether it is none of ours. */
  function passes(called: Hook): boolean {
    runtime.lifecycle.wake()
    return isOfNoConcern(called, runtime)
  }

  function answer(called: Hook, client: ClientInUse): Promise<unknown> {
    if (runtime.explain.isOpen()) return runtime.explain.answer(() => explainCall(called, runtime, client))
    if (!isOnModel(called)) return runRaw(called, runtime, client)
    return isRead(called.operation) ? runRead(called, runtime, client) : runWrite(called, runtime, client)
  }

  const attached = extendPlainly(parent, {
    name: 'prisma-cache-plugin',
    query: {
      // Not an arrow function: its `this` tells whether the cache is innermost.
      $allOperations: function hook(this: unknown, called: Hook) {
        if (passes(called)) return called.query(called.args)
        const operation = runtime.transactions.watched(runtime.batches.watched(called))
        // Prisma's copy of them has the caller's bytes. Nothing of raw statements is stored.
        const args = isOnModel(called) ? (ownArgs(called.args as object) ?? called.args) : called.args
        return answer({ ...operation, args }, { fingerprint, view, isInnermost: isLastHook(this, hook) })
      },
    },
    client: {
      $cache: runtime.cache,
      $accelerate: runtime.accelerate,

      $extends(this: ExtendableClient, newcomer: unknown) {
        // A function extends `this` by itself, and may keep it.
        if (typeof newcomer === 'function') return newcomer(this)
        const extended = parent.$extends(newcomer)
        return hasCache(extended, runtime) ? extended : attach(extended, runtime, this)
      },

      $transaction(this: ExtendableClient, input: unknown, options?: unknown) {
        if (runtime.explain.isOpen()) return Promise.reject(notExplained())
        const start = (work: unknown) => parent.$transaction.call(this, work, options)
        if (Array.isArray(input)) return runtime.batches.run(input, start)
        if (typeof input !== 'function') return start(input)
        const callback = async (tx: object): Promise<unknown> => input(tx)
        const run = () => runtime.transactions.run(start, { callback, idOf: transactionIdOf })
        return runtime.writeBehind.isInUse ? seesAccepted(options).then(run) : run()
      },

      async $disconnect(this: ExtendableClient) {
        const { drain, idle, close } = runtime.lifecycle
        await drain()
        await idle()
        await close(() => parent.$disconnect.call(this))
      },
    },
  })
  if (given) setParent(attached, given)
  const requests = answerRequests(attached, parent, {
    models: runtime.dataModel.models.keys(),
    answer(called) {
      if (passes(called)) return called.query(called.args)
      const args = ownArgs(called.args as object)
      return args === null ? null : answer({ ...called, args }, { fingerprint, view, isInnermost: true })
    },
  })
  return requests ? withShortCalls(attached, requests, runtime.callable) : attached
}

function isOnModel(hook: Hook): hook is Hook & { readonly model: string } {
  return hook.model !== undefined
}

function notExplained(): CacheError {
  return new CacheError('EXPLAIN.UNSUPPORTED', 'A transaction cannot be explained.', {
    fix: 'Explain its statements one by one.',
  })
}

/** Whether this very runtime is on the client already: somebody else's `$extends` may have led back to ours. */
function hasCache(client: ExtendableClient, { cache }: Runtime): boolean {
  return '$cache' in client && client.$cache === cache
}

function memoized<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
