import { describe, inject } from 'vitest'
import { Prisma } from '../../prisma/generated/client.ts'
import { type CacheEvent, cachePlugin, type PluginConfig } from '../../src/index.ts'
import { stopLater } from '../services/cleanup.ts'
import { watchedClient } from '../services/client.ts'
import { freshNamespace } from '../services/fresh.ts'

/** Where entries live: the embedded store without `redis`. */
export interface StoreConfig {
  readonly redis?: string | undefined
  /** Clients of one namespace are to each other as processes are. Default: one that nobody else uses. */
  readonly namespace?: string
}

export interface CachedClientOptions extends StoreConfig {
  readonly databaseUrl: string
  /** Default: every model is cached. */
  readonly config?: Omit<PluginConfig<Prisma.ModelName>, 'redis' | 'namespace'>
}

export type CachedClient = ReturnType<typeof cachedClient>

/** A client with the cache, and what a test needs to see and to hold. Closed at the end of the test. */
export function cachedClient({ databaseUrl, redis, namespace = freshNamespace(), config = {} }: CachedClientOptions) {
  const { client: base, adapter } = watchedClient(databaseUrl)
  const events: CacheEvent[] = []
  const prisma = base.$extends(
    cachePlugin<Prisma.TypeMap>({
      models: everyModel,
      // Far above what an answer takes, for machines that are busy with other tests.
      commandDeadline: '2s',
      ...config,
      redis,
      namespace,
      onEvent: (event) => {
        events.push(event)
        config.onEvent?.(event)
      },
    }),
  )
  stopLater(() => {
    // What is held would keep the cache from coming to rest.
    adapter.releaseAll()
    return prisma.$disconnect()
  })
  return {
    prisma,
    /** The client under it, which shares its connections and knows no cache. */
    base,
    adapter,
    events,
    namespace,
    /** How many SELECTs were sent to the database since it was last asked; the adapter then forgets its statements. */
    queries(): number {
      const count = adapter.count((sql) => sql.startsWith('SELECT'))
      adapter.clear()
      return count
    },
  }
}

const everyModel = Object.fromEntries(Object.values(Prisma.ModelName).map((name) => [name, {}]))

/** Runs the same tests on the embedded store and on Redis; each call of `makeStoreConfig` names a store of its own. */
export function describeStores(name: string, tests: (makeStoreConfig: () => StoreConfig) => void): void {
  describe.each(['memory', 'redis'] as const)(`${name} (%s)`, (kind) => {
    tests(() => ({ namespace: freshNamespace(), ...(kind === 'redis' ? { redis: inject('redisUrl') } : {}) }))
  })
}
