import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stopLater } from '../../test/services/cleanup.ts'
import type { PrivateServer } from '../../test/services/private-server.ts'
import { startRedis } from '../../test/services/redis.ts'
import type { Leases } from '../load/cached-rows.ts'
import { clockSince } from '../load/record-log.ts'
import type { Role } from '../load/traffic.ts'
import { type SeededPostgres, startSeededPostgres } from './database.ts'
import { type Link, startLink } from './link.ts'
import type { LoadWorker, Workers } from './workers.ts'

/** What a fault needs of the servers, beside a Redis and a database of its own. */
export interface Needs {
  /** A link between each process and Redis, to be harmed. */
  readonly links?: boolean
  /** A PostgreSQL that nobody else uses. */
  readonly ownPostgres?: boolean
  /** Starts the Redis; default a plain one. */
  readonly startRedis?: () => Promise<PrivateServer>
}

/** Everything that one fault is measured on. */
export interface Stage {
  readonly redis: PrivateServer
  readonly postgres: PrivateServer
  readonly databaseUrl: string
  readonly namespace: string
  readonly leases: Leases
  readonly workers: readonly LoadWorker[]
  /** That of each process; empty where the fault needs none. */
  readonly links: readonly Link[]
  /** Nanoseconds, by the clock of all records. */
  readonly nowNs: () => number
  /** Opens the client of one more process, which PostgreSQL knows as {@link joinedName}. */
  join(worker: LoadWorker): Promise<void>
  /** Where its processes write what they did, and a fault what it did in their place. */
  logFiles(): readonly string[]
  newLogFile(): string
  close(): Promise<void>
}

/** Short, so that the load meets the end of each within the time of a fault. */
export const leases: Leases = { leaseMs: 2000, loadLeaseMs: 1000, loadWaitMs: 2000 }
/** What each process of the load does. */
export const roles: readonly Role[] = ['reads and writes', 'reads and writes', 'reads']
export const joinedName = 'joined'
const namespace = 'assurance'

/** What all faults share. */
export interface Backstage {
  readonly workers: Workers
  readonly postgres: () => Promise<SeededPostgres>
}

export async function openStage(needs: Needs, backstage: Backstage): Promise<Stage> {
  const dir = mkdtempSync(join(tmpdir(), 'cache-assurance-'))
  const removeDir = stopLater(async () => rmSync(dir, { recursive: true, force: true }))
  const [redis, postgres, workers] = await Promise.all([
    needs.startRedis?.() ?? startRedis(),
    needs.ownPostgres ? startSeededPostgres() : backstage.postgres(),
    backstage.workers.take(roles.length),
  ])
  const databaseUrl = await postgres.newDatabase()
  const links = needs.links ? await Promise.all(workers.map(() => startLink(redis.port))) : []
  const epochNs = process.hrtime.bigint()
  const files: string[] = []
  const newLogFile = () => {
    files.push(join(dir, `${files.length}.jsonl`))
    return files.at(-1)!
  }
  const open = (worker: LoadWorker, url: string, name = 'load') => {
    const known = { redis: url, databaseUrl: `${databaseUrl}?application_name=${name}`, namespace, leases }
    return worker.call('open', { ...known, logFile: newLogFile(), epochNs })
  }
  await Promise.all(workers.map((worker, at) => open(worker, links[at]?.url ?? redis.url)))

  return {
    redis,
    postgres: postgres.server,
    databaseUrl,
    namespace,
    leases,
    workers,
    links,
    nowNs: clockSince(epochNs),
    join: (worker) => open(worker, redis.url, joinedName),
    logFiles: () => files,
    newLogFile,
    async close() {
      for (const worker of workers) backstage.workers.giveBack(worker)
      for (const link of links) await link.close()
      await redis.stop()
      if (needs.ownPostgres) await postgres.server.stop()
      await removeDir()
    },
  }
}
