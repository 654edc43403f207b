import type { DataModel } from '../analysis/data-model.ts'
import type { AccelerateClient, CacheClient, CacheStats, InvalidateTarget } from '../core/client.ts'
import { expectedGot, unknownName } from '../core/config/problems.ts'
import { CacheError } from '../core/errors.ts'
import type { Store } from '../core/store.ts'
import type { Invalidator } from '../strategies/invalidator.ts'
import type { WriteBehind } from '../strategies/pending/write-behind.ts'
import type { ExplainScope } from './explain-scope.ts'
import type { InfoScope } from './read-info.ts'

export interface CacheClientDeps {
  readonly store: Store
  readonly dataModel: DataModel
  readonly invalidator: Pick<Invalidator, 'dropModels' | 'soften' | 'switchModels'>
  readonly info: InfoScope
  readonly explain: ExplainScope
  readonly stats: () => CacheStats
  readonly writeBehind: Pick<WriteBehind, 'flush' | 'deadLetters'>
  readonly wake: () => void
}

/** `$cache` of a client. */
export function cacheClient({
  store,
  dataModel,
  invalidator,
  info,
  explain,
  stats,
  writeBehind,
  wake,
}: CacheClientDeps): CacheClient {
  const known = [...dataModel.models.keys()]
  const turn = async (to: 'on' | 'off', given?: readonly string[]) => {
    const { models } = parseTarget({ models: given ?? known }, known)
    wake()
    await invalidator.switchModels(models, to)
  }

  return {
    withInfo: info.withInfo,
    explain: explain.run,
    async invalidate(what) {
      const { tags, models, isSoft } = parseTarget(what, known)
      wake()
      if (isSoft) {
        await invalidator.soften(models, tags)
        return
      }
      await Promise.all([
        tags.length > 0 ? store.touchUserTags(tags) : undefined,
        models.length > 0 ? invalidator.dropModels(models) : undefined,
      ])
    },
    async invalidateAll() {
      wake()
      await invalidator.dropModels(known)
    },
    disable: (models) => turn('off', models),
    enable: (models) => turn('on', models),
    async flush() {
      wake()
      await writeBehind.flush()
    },
    deadLetters: writeBehind.deadLetters,
    stats,
  }
}

/** `$accelerate` of a client. */
export function accelerateClient(cache: CacheClient): AccelerateClient {
  return {
    // Where there are none, that is an error.
    invalidate: (what) => cache.invalidate({ tags: what?.tags ?? (null as never) }),
    invalidateAll: () => cache.invalidateAll(),
  }
}

const targetNames = ['tags', 'models', 'soft']

function parseTarget(what: InvalidateTarget, known: readonly string[]) {
  const isTarget = typeof what === 'object' && what !== null && !Array.isArray(what)
  const { tags = [], models = [], soft = false } = isTarget ? what : {}
  const isNames = (value: unknown) =>
    Array.isArray(value) && value.every((one) => typeof one === 'string' && one !== '')
  const strangers = isNames(models) ? models.filter((name) => !known.includes(name)) : []
  const problems = [
    ...(isTarget ? [] : [expectedGot('an object with tags or models', what)]),
    ...Object.keys(isTarget ? what : {})
      .filter((name) => !targetNames.includes(name))
      .map((name) => `${name}: ${unknownName('option', name, targetNames)}`),
    ...(isNames(tags) ? [] : ['tags: expected a list of names']),
    ...(isNames(models) ? [] : ['models: expected a list of model names']),
    ...(typeof soft === 'boolean' ? [] : ['soft: expected true or false']),
    ...strangers.map((name) => `models: there is no model '${name}'`),
  ]
  if (problems.length === 0) return { tags, models, isSoft: soft }
  throw new CacheError('INVALIDATE.INVALID_TARGET', `Nothing was invalidated: ${problems.join('; ')}.`, {
    fix: `The models are ${known.filter((name) => !name.startsWith('_')).join(', ')}.`,
    problems,
  })
}
