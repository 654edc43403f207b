import { describe, inject } from 'vitest'
import { Prisma, type PrismaClient } from '../../prisma/generated/client.ts'
import { type CacheEvent, cachePlugin, type PluginConfig } from '../../src/index.ts'
import { stopLater } from '../services/cleanup.ts'
import { watchedClient } from '../services/client.ts'
import { freshNamespace } from '../services/fresh.ts'

/** Where entries live: the embedded store without `redis`. */
export interface StoreConfig {
  readonly redis?: string | undefined
  /** Clients of one namespace are to each other as processes are. Default: one that nobody else uses. */
  readonly namespace?: string
  /** Whether operations reach the cache through Prisma's query hooks, as they do where other extensions have some. Default: not. */
  readonly isHooked?: boolean
}

export interface CachedClientOptions extends StoreConfig {
  readonly databaseUrl: string
  /** Default: every model is cached. */
  readonly config?: Omit<PluginConfig<Prisma.ModelName>, 'redis' | 'namespace'>
}

export type CachedClient = ReturnType<typeof cachedClient>

/** A client with the cache, and what a test needs to see and to hold. Closed at the end of the test. */
export function cachedClient({
  databaseUrl,
  redis,
  namespace = freshNamespace(),
  isHooked = false,
  config = {},
}: CachedClientOptions) {
  const { client, adapter } = watchedClient(databaseUrl)
  const base = isHooked ? withHook(client) : client
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

function withHook(client: PrismaClient): PrismaClient {
  const hooked = client.$extends({ query: { $allOperations: ({ args, query }) => query(args) } })
  return hooked as unknown as PrismaClient
}

const everyModel = Object.fromEntries(Object.values(Prisma.ModelName).map((name) => [name, {}]))

/**
 * Runs the same tests on the embedded store and on Redis; each call of `makeStoreConfig` names a store of its own. On the one through query
 * hooks, on the other not: what comes of an operation must not depend on its way to the cache.
 */
export function describeStores(name: string, tests: (makeStoreConfig: () => StoreConfig) => void): void {
  describe.each(['memory', 'redis'] as const)(`${name} (%s)`, (kind) => {
    const store = kind === 'redis' ? { redis: inject('redisUrl') } : { isHooked: true }
    tests(() => ({ namespace: freshNamespace(), ...store }))
  })
}
