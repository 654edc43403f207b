import type { Redis } from 'ioredis'

export async function keysOf(redis: Redis, prefix: string): Promise<readonly string[]> {
  const found = new Set<string>()
  for await (const keys of redis.scanStream({ match: `${prefix}:*`, count: 1000 })) {
    for (const key of keys as string[]) found.add(key)
  }
  return [...found]
}

/** Bytes of each key, with its name and all that it holds, in order. */
export async function memoryOf(redis: Redis, keys: readonly string[]): Promise<readonly number[]> {
  const sizes: number[] = []
  for (let from = 0; from < keys.length; from += 1000) {
    const pipeline = redis.pipeline()
    for (const key of keys.slice(from, from + 1000)) pipeline.memory('USAGE', key, 'SAMPLES', 0)
    for (const [error, bytes] of (await pipeline.exec()) ?? []) {
      if (error) throw error
      sizes.push(Number(bytes ?? 0))
    }
  }
  return sizes
}
