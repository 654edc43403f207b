import { canonical } from '../core/canonical.ts'
import { accelerateClient, cacheClient } from './cache-client.ts'
import type { Hook } from './hook.ts'
import { computedFieldsOf, globalOmitOf, transactionIdOf } from './internals.ts'
import { isRead } from './operations.ts'
import { runRead } from './reads.ts'
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
 */
export function attach(parent: ExtendableClient, runtime: Runtime): ExtendableClient {
  const cache = cacheClient(runtime)
  let fingerprint: string | undefined
  /** What of this client decides how a result looks, beside schema and arguments. */
  const clientFingerprint = () => {
    fingerprint ??= canonical([globalOmitOf(parent), computedFieldsOf(parent, runtime.dataModel.models.keys())], {
      identify,
    })
    return fingerprint
  }

  return parent.$extends({
    name: 'prisma-cache-plugin',
    query: {
      $allOperations(hook: Hook) {
        runtime.wake()
        if (hook.model === undefined) return runRaw(hook, runtime)
        const onModel = { ...hook, model: hook.model }
        return isRead(hook.operation) ? runRead(onModel, runtime, clientFingerprint) : runWrite(onModel, runtime)
      },
    },
    client: {
      $cache: cache,
      $accelerate: accelerateClient(cache),

      $extends(newcomer: unknown) {
        return attach(parent.$extends(newcomer), runtime)
      },

      $transaction(this: ExtendableClient, input: unknown, options?: unknown) {
        const start = (work: unknown) => parent.$transaction.call(this, work, options)
        if (typeof input !== 'function') return start(input)
        const callback = async (tx: object): Promise<unknown> => input(tx)
        return runtime.transactions.run(start, { callback, idOf: transactionIdOf })
      },

      async $disconnect(this: ExtendableClient) {
        await runtime.idle()
        await parent.$disconnect.call(this)
        await runtime.close()
      },
    },
  })
}
