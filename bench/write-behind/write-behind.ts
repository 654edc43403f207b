import { newNamespace, unlinkNamespace } from '../../examples/shared/namespace.ts'
import type { PrismaClient } from '../../prisma/generated/client.ts'
import type { CacheEvent } from '../../src/index.ts'
import type { Counters, Environment } from './counters.ts'

export const batchSize = 500

/** The client with the plugin. */
export interface WriteBehind {
  readonly cached: PrismaClient
  /** Resolves when every accepted write is in the database. */
  flush(): Promise<void>
  /** That were applied so far. */
  batches(): number
}

export function openWriteBehind({ plain }: Counters, { redis, later, cachePlugin }: Environment): WriteBehind {
  const namespace = newNamespace()
  later(() => unlinkNamespace(redis, namespace))
  const batch = { maxSize: batchSize, maxDelay: '200ms' } as const
  const models = { City: { strategy: 'write-behind', acceptLoss: true, ttl: '1d', batch } } as const
  // One lease after a namespace is first seen, everything in it is invalidated once: not in the middle of this.
  let batches = 0
  const onEvent = ({ kind }: CacheEvent) => {
    if (kind === 'flushed') batches += 1
  }
  const cached = plain.$extends(cachePlugin({ redis, namespace, lease: '1h', models, onEvent }))
  later(() => cached.$disconnect())
  return {
    cached: cached as unknown as PrismaClient,
    flush: () => cached.$cache.flush(),
    batches: () => batches,
  }
}
