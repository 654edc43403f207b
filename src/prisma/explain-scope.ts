import { AsyncLocalStorage } from 'node:async_hooks'
import type { Explanation } from '../core/client.ts'
import { CacheError } from '../core/errors.ts'

/** Tells what calls would do, instead of doing it, for those that are made inside `run`. */
export interface ExplainScope {
  /** Whether the call at hand is to be explained. */
  isOpen(): boolean
  /** Keeps the explanation. Never resolves: the call must not go on. */
  answer(explain: () => Promise<Explanation>): Promise<never>
  run(work: () => PromiseLike<unknown>): Promise<Explanation>
}

/** What a call that is explained rejects with; it does not leave `run`. */
class Explained extends Error {}

export function createExplainScope(): ExplainScope {
  const scopes = new AsyncLocalStorage<{ explanation: Explanation | null }>()
  let open = 0
  return {
    isOpen: () => open > 0 && scopes.getStore() !== undefined,
    async answer(explain) {
      const scope = scopes.getStore()
      const explanation = await explain()
      if (scope) scope.explanation ??= explanation
      throw new Explained('This call is explained, not run.')
    },
    async run(work) {
      const scope: { explanation: Explanation | null } = { explanation: null }
      open += 1
      try {
        // Awaited inside: Prisma's promises start with their first `then`.
        await scopes.run(scope, async () => await work())
      } catch (error) {
        if (!(error instanceof Explained)) throw error
      } finally {
        open -= 1
        // Before Node 24, a storage that was used once slows down every promise of the process until it is disabled.
        if (open === 0) scopes.disable()
      }
      if (scope.explanation) return scope.explanation
      throw new CacheError('EXPLAIN.UNSUPPORTED', 'Nothing was asked of the client inside explain.')
    },
  }
}
