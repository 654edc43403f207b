import { randomBytes } from 'node:crypto'
import { Redis } from 'ioredis'
import type { TestProject } from 'vitest/node'
import { type ChosenServer, chooseServer } from './choose.ts'
import { stopOpenedSince } from './cleanup.ts'
import { createDatabase, dropDatabases } from './database.ts'
import { postgresFinders, redisFinders } from './finders.ts'
import { migrate } from './migrate.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** A migrated database of this run, shared by its test files. */
    databaseUrl: string
    /** Another one, which nobody connects to: {@link freshDatabase} copies it. */
    templateDatabase: string
    redisUrl: string
    /** Every key of this run starts with it. */
    keyPrefix: string
  }
}

/** Finds the servers, makes a database for this run, and takes everything away at the end. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const run = randomBytes(6).toString('hex')
  const keyPrefix = `test_${run}`
  const template = `cache_test_${run}_template`
  const servers: ChosenServer[] = []
  const teardown = async () => {
    const [postgres, redis] = servers
    try {
      if (postgres !== undefined) await dropDatabases(postgres.url, `cache_test_${run}`)
      if (redis !== undefined) await unlinkKeys(redis.url, keyPrefix)
    } finally {
      for (const server of servers) await server.stop()
      await stopOpenedSince()
    }
  }

  try {
    const postgres = await chooseServer('PostgreSQL', postgresFinders)
    servers.push(postgres)
    const redis = await chooseServer('Redis', redisFinders)
    servers.push(redis)
    await migrate(await createDatabase(postgres.url, template))
    project.provide('databaseUrl', await createDatabase(postgres.url, `cache_test_${run}`, template))
    project.provide('templateDatabase', template)
    project.provide('redisUrl', redis.url)
    project.provide('keyPrefix', keyPrefix)
  } catch (error) {
    await teardown()
    throw error
  }
  return teardown
}

/** The Redis may be somebody's: only the keys of this run go, `{` being the start of a hash tag. */
async function unlinkKeys(url: string, prefix: string): Promise<void> {
  const redis = new Redis(url)
  try {
    for await (const keys of redis.scanStream({ match: `*${prefix}*`, count: 1_000 })) {
      if ((keys as string[]).length > 0) await redis.unlink(...(keys as string[]))
    }
  } finally {
    redis.disconnect()
  }
}
