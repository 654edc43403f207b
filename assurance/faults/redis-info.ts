import type { Redis } from 'ioredis'

/** A number that `INFO` shows; 0 where it does not. */
export async function infoNumber(client: Redis, section: string, pattern: RegExp): Promise<number> {
  return Number(pattern.exec(await client.info(section))?.[1] ?? 0)
}
