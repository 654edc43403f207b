import { keysOf, memoryOf } from './redis-keys.ts'
import type { Site } from './site.ts'

export interface Filling {
  /** Fills the entries with these numbers, by reads. */
  read(from: number, to: number): Promise<void>
  /** Entries that are filled by reads. */
  readonly readCount: number
  readonly count: number
}

const firstReads = 100

/**
 * Fills so many entries, of which the first are filled by reads and the others are copies of these in Redis: a million reads take
 * ten minutes, and copies seconds. That is the same for an invalidation only as long as an entry is all that the plugin keeps for
 * it, beside the stamps of its rows, which have nothing to do with tags.
 *
 * @throws when something else grows with the entries, such as a list of what carries a tag: copies would not be in it.
 */
export async function copyEntries(site: Site, prefix: string, { read, readCount, count }: Filling): Promise<void> {
  const { redis } = site
  await read(0, Math.min(firstReads, readCount))
  const before = await otherBytes(site, prefix)
  await read(Math.min(firstReads, readCount), readCount)
  const grown = (await otherBytes(site, prefix)) - before
  if (count > readCount && grown > readCount) {
    throw new Error(
      `Beside ${readCount} entries, ${grown} bytes more are kept: expected none. Set --read-dependents to --dependents.`,
    )
  }
  const entries = (await keysOf(redis, prefix)).filter(isEntry)
  for (let made = entries.length; made < count; ) {
    const pipeline = redis.pipeline()
    for (const end = Math.min(count, made + 1000); made < end; made += 1) {
      const entry = entries[made % entries.length]!
      const number = made.toString(36).padStart(8, '0')
      pipeline.copy(entry, entry.slice(0, -number.length) + number)
    }
    const failed = (await pipeline.exec())?.find(([error, copied]) => error !== null || copied !== 1)
    if (failed) throw failed[0] ?? new Error('An entry could not be copied: it is gone.')
  }
}

const isEntry = (key: string) => /\}:e:/.test(key)
const isRowStamp = (key: string) => /\}:v:/.test(key)

async function otherBytes({ redis }: Site, prefix: string): Promise<number> {
  const keys = (await keysOf(redis, prefix)).filter((key) => !isEntry(key) && !isRowStamp(key))
  const sizes = await memoryOf(redis, keys)
  return sizes.reduce((sum, bytes) => sum + bytes, 0)
}
