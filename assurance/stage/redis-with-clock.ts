import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findBinaries } from '../../test/services/binaries.ts'
import { stopLater } from '../../test/services/cleanup.ts'
import { type PrivateServer, startPrivateServer } from '../../test/services/private-server.ts'
import { redisCommand, redisProcess } from '../../test/services/redis-command.ts'

/** A Redis whose wall clock may jump; its monotonic one does not, as in a machine that is set right. */
export interface RedisWithClock {
  readonly server: PrivateServer
  /** From where it would be. */
  shift(shiftMs: number): void
  nowMs(): Promise<number>
}

/** The library that gives a program another time; undefined where it is not installed. Source: man faketime. */
export function findFaketime(): string | undefined {
  const folders = ['/usr/lib', '/usr/lib64', '/usr/local/lib'].filter((folder) => existsSync(folder))
  return folders
    .flatMap((folder) => [folder, ...readdirSync(folder).map((name) => join(folder, name))])
    .map((folder) => join(folder, 'faketime/libfaketimeMT.so.1'))
    .find((file) => existsSync(file))
}

export async function startRedisWithClock(): Promise<RedisWithClock> {
  const dir = mkdtempSync(join(tmpdir(), 'cache-clock-'))
  stopLater(async () => rmSync(dir, { recursive: true, force: true }))
  const shiftFile = join(dir, 'shift')
  const shift = (shiftMs: number) => writeFileSync(shiftFile, `${shiftMs < 0 ? '' : '+'}${shiftMs / 1000}\n`)
  shift(0)
  const variables = [
    // The memory of libc before that of jemalloc: this asks for the time as it starts, when the library cannot answer yet.
    ...[`LD_PRELOAD=${findFaketime()}:libc.so.6`, `FAKETIME_TIMESTAMP_FILE=${shiftFile}`],
    ...['FAKETIME_NO_CACHE=1', 'FAKETIME_DONT_FAKE_MONOTONIC=1', 'DONT_FAKE_MONOTONIC=1'],
  ]
  const folder = findBinaries('redis-server')
  if (folder === undefined) throw new Error('This starts a Redis of its own: install the program redis-server.')
  const server = await startPrivateServer({
    name: 'redis-server',
    url: (port) => `redis://127.0.0.1:${port}`,
    command: (port, dataDir) => ({
      command: 'env',
      args: [
        ...[...variables, join(folder, 'redis-server'), '--port', String(port), '--bind', '127.0.0.1'],
        ...['--dir', dataDir, '--save', ''],
      ],
    }),
    isReady: async (url, { pid }) => (await redisProcess(url)) === pid,
    stopSignal: 'SIGTERM',
  })
  return {
    server,
    shift,
    async nowMs() {
      const [seconds] = (await redisCommand(server.url, ['TIME'])) as [string, string]
      return Number(seconds) * 1000
    },
  }
}
