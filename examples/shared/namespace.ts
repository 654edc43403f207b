import { randomBytes } from 'node:crypto'
import { Redis } from 'ioredis'

/** A namespace of this run alone: the database is a new one each time, so entries of an earlier run must not be found. */
export function newNamespace(): string {
  return `prisma_cache_example_${randomBytes(4).toString('hex')}`
}

/** Takes the keys of a namespace away, and nothing else of that Redis. Does nothing without a URL. */
export async function unlinkNamespace(redisUrl: string | undefined, namespace: string): Promise<void> {
  if (!redisUrl) return
  const redis = new Redis(redisUrl)
  try {
    for await (const keys of redis.scanStream({ match: `${namespace}:*`, count: 1000 })) {
      const names = keys as string[]
      if (names.length > 0) await redis.unlink(...names)
    }
  } finally {
    redis.disconnect()
  }
}
