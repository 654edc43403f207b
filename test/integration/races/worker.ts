import { execFileSync } from 'node:child_process'
import { inject } from 'vitest'
import { spawnWorker, type Worker } from '../../services/process.ts'
import { waitUntil } from '../../services/wait-until.ts'
import type { CachedClientOptions } from '../cached-client.ts'

export interface WorkerOptions {
  readonly namespace: string
  /** Default: that of all tests. */
  readonly databaseUrl?: string
  readonly config?: CachedClientOptions['config']
  /** By how much its clock differs from ours. Milliseconds. */
  readonly clockMs?: number
  /** Whether its connections are open already, as those of a server at work are. Default true. */
  readonly warm?: boolean
  /** It touches nothing before this has happened, but starts meanwhile. */
  readonly after?: Promise<void>
}

/** Another process with a cached client on the same database and the same Redis. */
export async function startWorker({
  namespace,
  databaseUrl = inject('databaseUrl'),
  config = {},
  clockMs = 0,
  warm = true,
  after = Promise.resolve(),
}: WorkerOptions): Promise<Worker> {
  const [worker] = await Promise.all([spawnWorker(new URL('./workers/note.worker.ts', import.meta.url)), after])
  const options = { databaseUrl, redis: inject('redisUrl'), namespace, config }
  await worker.call('setClock', clockMs)
  await worker.call('open', options)
  if (warm) await worker.call('read', 0)
  return worker
}

/** Starts several at once. */
export function startWorkers(count: number, options: WorkerOptions): Promise<Worker[]> {
  return Promise.all(Array.from({ length: count }, () => startWorker(options)))
}

/** Resolves when the process is frozen. */
export async function stopped({ pid }: Worker): Promise<void> {
  const state = () => execFileSync('ps', ['-o', 'state=', '-p', String(pid)], { encoding: 'utf8' }).trim()
  await waitUntil(() => state().startsWith('T'), { what: `process ${pid} to freeze` })
}

export async function freeze(worker: Worker): Promise<void> {
  process.kill(worker.pid, 'SIGSTOP')
  await stopped(worker)
}

export function thaw({ pid }: Worker): void {
  process.kill(pid, 'SIGCONT')
}
