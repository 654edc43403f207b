import { join } from 'node:path'
import { findBinaries } from './binaries.ts'
import { type PrivateServer, type PrivateServerOptions, startPrivateServer } from './private-server.ts'
import { redisCommand, redisProcess } from './redis-command.ts'
import { waitUntil } from './wait-until.ts'

export interface RedisOptions extends PrivateServerOptions {
  /** More arguments of redis-server: `['--appendonly', 'yes', '--maxmemory', '10mb']`. */
  readonly args?: readonly string[]
}

/**
 * Starts a Redis on a free port that nobody else uses.
 *
 * It writes nothing to disk by itself: a `kill` loses all (unless `args` turn AOF on), while `restart()` saves first.
 */
export function startRedis({ args = [], ...options }: RedisOptions = {}): Promise<PrivateServer> {
  const folder = findBinaries('redis-server')
  if (folder === undefined) throw new Error('This test starts a Redis of its own: install the program redis-server.')
  const password = args.includes('--requirepass') ? args[args.indexOf('--requirepass') + 1] : undefined
  return startPrivateServer(
    {
      name: 'redis-server',
      url: (port) => `redis://${password === undefined ? '' : `:${encodeURIComponent(password)}@`}127.0.0.1:${port}`,
      command: (port, dataDir) => ({
        command: join(folder, 'redis-server'),
        args: ['--port', String(port), '--bind', '127.0.0.1', '--dir', dataDir, '--save', '', ...args],
      }),
      isReady: async (url, { pid }) => (await redisProcess(url)) === pid,
      persist: async (url) => void (await redisCommand(url, ['SAVE'])),
      stopSignal: 'SIGTERM',
    },
    options,
  )
}

export interface RedisReplica extends PrivateServer {
  /** Makes it a master, as a failover does. */
  promote(): Promise<void>
}

/** Starts a replica, and waits until it has everything that its master had. */
export async function startReplica(of: Pick<PrivateServer, 'port'>, options: RedisOptions = {}): Promise<RedisReplica> {
  const args = ['--replicaof', '127.0.0.1', String(of.port), '--repl-diskless-sync-delay', '0', ...(options.args ?? [])]
  const replica = await startRedis({ ...options, args })
  await waitUntil(async () => /master_link_status:up/.test(await replicationInfo(replica.url)), {
    what: 'the replica to follow its master',
  })
  return Object.assign(replica, {
    promote: async () => void (await redisCommand(replica.url, ['REPLICAOF', 'NO', 'ONE'])),
  })
}

async function replicationInfo(url: string): Promise<string> {
  return String(await redisCommand(url, ['INFO', 'replication']))
}
