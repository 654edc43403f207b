import type { DataModel } from '../analysis/data-model.ts'
import type { AccelerateClient, CacheClient, CacheStats } from '../core/client.ts'
import { targetParser } from '../core/config/invalidate-target.ts'
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
  const parseTarget = targetParser(known)
  const turn = async (to: 'on' | 'off', given?: readonly string[]) => {
    const { models } = parseTarget({ models: given ?? known })
    wake()
    await invalidator.switchModels(models, to)
  }

  return {
    withInfo: info.withInfo,
    explain: explain.run,
    async invalidate(what) {
      const { tags, models, soft } = parseTarget(what)
      wake()
      if (soft) {
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
