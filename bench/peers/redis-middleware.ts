import { createRequire } from 'node:module'
import { Redis } from 'ioredis'
import type { PrismaClient } from '../../prisma/generated/client.ts'
import { clientWay, type WayKind } from '../comparison/way.ts'
import { cachedModels, ttlSeconds } from './shared.ts'

/** @see https://github.com/Asjas/prisma-redis-middleware#code-example-esm--import */
export const redisMiddleware: WayKind = {
  name: 'prisma-redis-middleware',
  isPeer: true,
  note:
    'A middleware for $use, which Prisma 7 no longer has: a query hook calls it with what $use would have given. It has no prefix for ' +
    'its keys: the Redis client adds one.',
  async open({ plain, redisUrl, later }, prefix) {
    const client = new PrefixedRedis(redisUrl, `${prefix}:`)
    later(() => client.quit())
    const middleware = loadCreate()({
      models: cachedModels.map((model) => ({ model, cacheTime: ttlSeconds })),
      storage: { type: 'redis', options: { client, invalidation: { referencesTTL: ttlSeconds } } },
      cacheTime: ttlSeconds,
    })
    const extended = plain.$extends({
      query: {
        $allModels: {
          $allOperations({ model, operation, args, query }) {
            const params = { model, action: operation, args, dataPath: [], runInTransaction: false }
            return middleware(params, (next) => query(next.args as typeof args))
          },
        },
      },
    })
    return clientWay(redisMiddleware.name, extended as unknown as PrismaClient, { isCache: true, isPeer: true })
  },
}

interface Params {
  readonly model: string
  readonly action: string
  readonly args: unknown
  readonly dataPath: readonly string[]
  readonly runInTransaction: boolean
}
type Middleware = (params: Params, next: (params: Params) => Promise<unknown>) => Promise<never>

/** Its types are those of the middlewares that Prisma no longer has. */
function loadCreate(): (options: object) => Middleware {
  const require = createRequire(import.meta.url)
  return (require('prisma-redis-middleware') as { createPrismaRedisCache(options: object): Middleware })
    .createPrismaRedisCache
}

/** `keyPrefix` leaves the pattern of KEYS, and the names that it returns, as they are. */
class PrefixedRedis extends Redis {
  readonly #prefix: string

  constructor(url: string, prefix: string) {
    super(url, { keyPrefix: prefix })
    this.#prefix = prefix
  }

  override async keys(pattern: string): Promise<string[]> {
    const names = await super.keys(this.#prefix + pattern)
    return names.map((name) => name.slice(this.#prefix.length))
  }
}
