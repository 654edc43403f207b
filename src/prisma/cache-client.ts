import type { AccelerateClient, CacheClient, InvalidateTarget } from '../core/client.ts'
import { CacheError } from '../core/errors.ts'
import type { Runtime } from './runtime.ts'

/** `$cache` of a client. */
export function cacheClient(runtime: Runtime): CacheClient {
  const { store, dataModel, info, stats } = runtime
  return {
    withInfo: info.withInfo,
    async invalidate(what) {
      const { tags, models } = parseTarget(what, [...dataModel.models.keys()])
      runtime.wake()
      await Promise.all([
        tags.length > 0 ? store.touchUserTags(tags) : undefined,
        models.length > 0 ? runtime.invalidator.dropModels(models) : undefined,
      ])
    },
    async invalidateAll() {
      runtime.wake()
      await runtime.invalidator.dropModels([...dataModel.models.keys()])
    },
    // Every write is in the database before it is acknowledged.
    async flush() {},
    stats,
  }
}

/** `$accelerate` of a client. */
export function accelerateClient(cache: CacheClient): AccelerateClient {
  return {
    invalidate: ({ tags }) => cache.invalidate({ tags }),
    invalidateAll: () => cache.invalidateAll(),
  }
}

function parseTarget(what: InvalidateTarget, known: readonly string[]) {
  const { tags = [], models = [] } = what ?? {}
  const isNames = (value: unknown) =>
    Array.isArray(value) && value.every((one) => typeof one === 'string' && one !== '')
  const strangers = isNames(models) ? models.filter((name) => !known.includes(name)) : []
  const problems = [
    ...(isNames(tags) ? [] : ['tags: expected a list of names']),
    ...(isNames(models) ? [] : ['models: expected a list of model names']),
    ...strangers.map((name) => `models: there is no model '${name}'`),
  ]
  if (problems.length === 0) return { tags, models }
  throw new CacheError('INVALIDATE.INVALID_TARGET', `Nothing was invalidated: ${problems.join('; ')}.`, {
    fix: `The models are ${known.filter((name) => !name.startsWith('_')).join(', ')}.`,
    problems,
  })
}
