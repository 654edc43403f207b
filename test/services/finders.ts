import { findBinaries } from './binaries.ts'
import type { FinderName, FoundServer, ServerFinder } from './choose.ts'
import { postgresAnswers, startPostgres } from './postgres.ts'
import { startRedis } from './redis.ts'
import { redisAnswers } from './redis-command.ts'

/** Ways to a PostgreSQL whose user may create databases. */
export const postgresFinders: readonly ServerFinder[] = finders({
  variable: 'DATABASE_URL',
  localUrl: 'postgresql://postgres@127.0.0.1:5432/postgres',
  answers: postgresAnswers,
  binaries: ['postgres', 'initdb'],
  startBinary: () => startPostgres(),
  startContainer: async () => {
    const { PostgreSqlContainer } = await import('@testcontainers/postgresql')
    const container = await new PostgreSqlContainer('postgres:17-alpine').start()
    return { url: container.getConnectionUri(), stop: async () => void (await container.stop()) }
  },
})

/** Ways to a Redis. Tests keep to a key prefix of their own there and never flush it. */
export const redisFinders: readonly ServerFinder[] = finders({
  variable: 'REDIS_URL',
  localUrl: 'redis://127.0.0.1:6379',
  answers: redisAnswers,
  binaries: ['redis-server'],
  startBinary: () => startRedis(),
  startContainer: async () => {
    const { RedisContainer } = await import('@testcontainers/redis')
    const container = await new RedisContainer('redis:8-alpine').start()
    return { url: container.getConnectionUrl(), stop: async () => void (await container.stop()) }
  },
})

interface Ways {
  readonly variable: string
  readonly localUrl: string
  readonly answers: (url: string) => Promise<boolean>
  readonly binaries: readonly string[]
  readonly startBinary: () => Promise<FoundServer>
  readonly startContainer: () => Promise<FoundServer>
}

function finders(ways: Ways): readonly ServerFinder[] {
  const leaveRunning = async () => undefined
  const find: Record<FinderName, ServerFinder['find']> = {
    environment: async () => {
      const url = process.env[ways.variable]
      if (url === undefined || url === '') return undefined
      if (!(await ways.answers(url))) throw new Error(`${ways.variable} is set, but no server lets us in there.`)
      return { url, stop: leaveRunning }
    },
    // Before a server that is there: one of our own need not write to the disk before it answers.
    binaries: async () => (findBinaries(...ways.binaries) === undefined ? undefined : ways.startBinary()),
    local: async () => ((await ways.answers(ways.localUrl)) ? { url: ways.localUrl, stop: leaveRunning } : undefined),
    containers: () => ways.startContainer().catch(undefinedWithoutDocker),
  }
  return (Object.keys(find) as FinderName[]).map((name) => ({ name, find: find[name] }))
}

/** Any other failure, such as an image that cannot be pulled, is worth reading. */
function undefinedWithoutDocker(error: unknown): undefined {
  if (error instanceof Error && /container runtime/i.test(error.message)) return undefined
  throw error
}
