import { PrismaClient } from '../../prisma/generated/client.ts'
import { cachePlugin } from '../../src/index.ts'
import type { Adapter } from '../shared/database.ts'

export type CachedClient = ReturnType<typeof cachedClient>

export interface CachedClientOptions {
  readonly adapter: Adapter
  /** Absent: the store inside this process. */
  readonly redis: string | undefined
  readonly namespace: string
}

/** A client with the plugin. */
export function cachedClient({ adapter, redis, namespace }: CachedClientOptions) {
  return new PrismaClient({ adapter }).$extends(
    cachePlugin({ redis, namespace, models: { City: { ttl: '10m' }, Country: { ttl: '1h' } } }),
  )
}
