import type { WayKind } from '../comparison/way.ts'
import { bentoCache } from './bento-cache.ts'
import { cacheManager } from './cache-manager.ts'
import { extensionRedis } from './extension-redis.ts'
import { redisMiddleware } from './redis-middleware.ts'

/** The other caches, each set up as its documentation shows, and told to invalidate on writes. */
export const peers: readonly WayKind[] = [extensionRedis, cacheManager, redisMiddleware, bentoCache]
