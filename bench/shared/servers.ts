import { Redis } from 'ioredis'
import pg from 'pg'

/** Its version, and what it promises of a commit that it has answered. */
export async function describeDatabase(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query<{ version: string; fsync: string; commit: string }>(
    `SELECT current_setting('server_version') AS version, current_setting('fsync') AS fsync,
      current_setting('synchronous_commit') AS commit`,
  )
  await client.end()
  const [{ version, fsync, commit } = { version: '?', fsync: '?', commit: '?' }] = rows
  return `PostgreSQL ${version}, fsync ${fsync}, synchronous_commit ${commit}`
}

/** Its version, and whether it keeps writes when it ends. */
export async function describeRedis(url: string): Promise<string> {
  const redis = new Redis(url)
  const info = await redis.info()
  redis.disconnect()
  const field = (name: string) => info.match(new RegExp(`^${name}:(.*?)\\r?$`, 'm'))?.[1] ?? '?'
  return `Redis ${field('redis_version')}, append-only file ${field('aof_enabled') === '1' ? 'on' : 'off'}`
}
