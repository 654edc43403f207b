import { AsyncLocalStorage } from 'node:async_hooks'
import type { ReadInfo } from '../core/client.ts'

/** Tells `$cache.withInfo` where the reads inside it were served from. */
export interface InfoScope {
  /** Whether anybody asks. */
  isOpen(): boolean
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

interface Scope {
  info: ReadInfo
  /** The one that this one was opened in. */
  readonly around: Scope | undefined
}

export function createInfoScope(): InfoScope {
  const scopes = new AsyncLocalStorage<Scope>()
  let open = 0
  return {
    isOpen: () => open > 0,
    note(info) {
      if (open === 0) return
      for (let scope = scopes.getStore(); scope; scope = scope.around) scope.info = info
    },
    async withInfo(run) {
      const scope: Scope = { info: nothingRead, around: scopes.getStore() }
      open += 1
      try {
        // Awaited inside: Prisma's promises start with their first `then`.
        const data = await scopes.run(scope, async () => await run())
        return { data, info: scope.info }
      } finally {
        open -= 1
        // Before Node 24, a storage that was used once slows down every promise of the process until it is disabled.
        if (open === 0) scopes.disable()
      }
    },
  }
}
