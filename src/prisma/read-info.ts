import { AsyncLocalStorage } from 'node:async_hooks'
import type { ReadInfo } from '../core/client.ts'

/** Tells `$cache.withInfo` where the reads inside it were served from. */
export interface InfoScope {
  /** Called by every read, when it is over. */
  note(info: ReadInfo): void
  withInfo<T>(run: () => PromiseLike<T>): Promise<{ data: T; info: ReadInfo }>
}

const nothingRead: ReadInfo = {
  status: 'bypass',
  source: 'database',
  ageMs: null,
  reason: 'nothing was read through the cache',
}

export function createInfoScope(): InfoScope {
  const scopes = new AsyncLocalStorage<{ info: ReadInfo }>()
  return {
    note(info) {
      const scope = scopes.getStore()
      if (scope) scope.info = info
    },
    withInfo(run) {
      const scope = { info: nothingRead }
      // Awaited inside: Prisma's promises start with their first `then`.
      return scopes.run(scope, async () => {
        const data = await run()
        return { data, info: scope.info }
      })
    },
  }
}
