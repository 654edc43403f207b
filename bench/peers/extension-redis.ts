import { Redis } from 'ioredis'
import { PrismaExtensionRedis } from 'prisma-extension-redis'
import type { PrismaClient } from '../../prisma/generated/client.ts'
import { clientWay, type WayKind } from '../comparison/way.ts'
import { cachedModels, ttlSeconds } from './shared.ts'

/** @see https://yxx4c.github.io/prisma-extension-redis/CONFIGURATION */
export const extensionRedis: WayKind = {
  name: 'prisma-extension-redis',
  isPeer: true,
  note: null,
  async open({ plain, redisUrl, later }, prefix) {
    const client = new Redis(redisUrl)
    later(() => client.quit())
    const extended = plain.$extends(
      PrismaExtensionRedis({
        config: {
          ttl: ttlSeconds,
          // RedisJSON is no part of Redis before version 8.
          type: 'STRING',
          stale: 0,
          auto: { includedModels: [...cachedModels], invalidateOnWrite: true, ttl: ttlSeconds },
          cacheKey: { prefix },
        },
        client,
      }),
    )
    return clientWay(extensionRedis.name, extended as unknown as PrismaClient, { isCache: true, isPeer: true })
  },
}
