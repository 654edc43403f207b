import { Redis } from 'ioredis'
import type { Later } from '../../examples/shared/cleanup.ts'
import { countedAdapter } from '../../examples/shared/counted-adapter.ts'
import { openDatabase } from '../../examples/shared/database.ts'
import { newNamespace, unlinkNamespace } from '../../examples/shared/namespace.ts'
import { PrismaClient } from '../../prisma/generated/client.ts'
import type { cachePlugin } from '../../src/index.ts'
import { loadRows } from './rows.ts'

/** What all ways share: one database, one client that they extend, one Redis. */
export interface Site {
  readonly plain: PrismaClient
  /** Statements that reached the database so far. One way runs at a time, so that they are its own. */
  databaseQueries(): number
  readonly redisUrl: string
  /** A connection of the benchmark itself. */
  readonly redis: Redis
  readonly cachePlugin: typeof cachePlugin
  /** Of keys in Redis that nobody else uses: they are unlinked in the end. */
  newPrefix(): string
  readonly later: Later
}

export interface SiteOptions {
  readonly database: string
  readonly redisUrl: string
  readonly cachePlugin: typeof cachePlugin
  readonly unreadBooks: number
  readonly later: Later
}

export async function openSite(options: SiteOptions): Promise<Site> {
  const { database, redisUrl, cachePlugin, unreadBooks, later } = options
  const { adapter, close } = await openDatabase(database)
  later(close)
  const counted = countedAdapter(adapter)
  const plain = new PrismaClient({ adapter: counted.adapter })
  later(() => plain.$disconnect())
  await loadRows(plain, unreadBooks)
  const redis = new Redis(redisUrl)
  later(() => redis.quit())
  const newPrefix = () => {
    const prefix = newNamespace()
    later(() => unlinkNamespace(redisUrl, prefix))
    return prefix
  }
  return { plain, databaseQueries: counted.count, redisUrl, redis, cachePlugin, newPrefix, later }
}
