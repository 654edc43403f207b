import type { DurabilityLevel, ServerDurability } from '../../core/pending-store.ts'
import { type Client, isCluster } from './client.ts'
import { send } from './send.ts'

/** Part of the deadline of a command that the server may take to confirm what it was given. */
const confirmShare = 0.8

/**
 * Whether what this connection wrote until now is kept as the level asks. To be called in the tick of the write, so that it follows
 * on the same connection.
 *
 * Source: https://redis.io/docs/latest/commands/wait/ and https://redis.io/docs/latest/commands/waitaof/ (since 7.2; before that, and
 * with `appendfsync always`, a reply says that the write is on the disk).
 */
export async function isKeptAsAsked(client: Client, level: DurabilityLevel, deadlineMs: number): Promise<boolean> {
  const timeoutMs = Math.max(1, Math.floor(deadlineMs * confirmShare))
  if (level === 'replicated') return Number(await send(client, ['wait', 1, timeoutMs])) >= 1
  if (level !== 'fsynced') return true
  try {
    const [local] = (await send(client, ['waitaof', 1, 0, timeoutMs])) as number[]
    return Number(local) >= 1
  } catch (error) {
    // An older server, which may serve at this level only if it writes before it replies.
    if (error instanceof Error && /unknown command/i.test(error.message)) return true
    throw error
  }
}

/** What the server tells of itself; `null` where it does not. */
export async function readDurability(client: Client): Promise<ServerDurability> {
  const node = isCluster(client) ? client.nodes('master')[0]! : client
  const [memory, persistence, server, replication, fsync] = await Promise.all([
    node.info('memory'),
    node.info('persistence'),
    node.info('server'),
    node.info('replication'),
    // Managed servers often forbid it.
    (node.config('GET', 'appendfsync') as Promise<string[]>).catch(() => []),
  ])
  const policy = field(memory, 'maxmemory_policy')
  const aof = field(persistence, 'aof_enabled')
  return {
    version: (field(server, 'redis_version') ?? '').split('.').map(Number),
    evicts: policy === undefined ? null : policy !== 'noeviction',
    hasAof: aof === undefined ? null : aof === '1',
    replicas: Number(field(replication, 'connected_slaves') ?? 0),
    fsyncsAlways: fsync[1] === undefined ? null : fsync[1] === 'always',
  }
}

function field(info: string, name: string): string | undefined {
  return new RegExp(`^${name}:(.*)$`, 'm').exec(info)?.[1]?.trim()
}
