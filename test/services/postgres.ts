import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { findBinaries, unprivilegedUser } from './binaries.ts'
import { type PrivateServer, type PrivateServerOptions, startPrivateServer } from './private-server.ts'

export interface PostgresOptions extends PrivateServerOptions {
  /** More arguments of the program: `['-c', 'max_connections=20']`. */
  readonly args?: readonly string[]
}

/** Starts an empty PostgreSQL on a free port; its user `postgres` needs no password. Takes about a second. */
export function startPostgres({ args = [], ...options }: PostgresOptions = {}): Promise<PrivateServer> {
  const folder = findBinaries('postgres', 'initdb')
  if (folder === undefined) throw new Error('This test starts a PostgreSQL of its own: install its server programs.')
  const user = unprivilegedUser()
  return startPrivateServer(
    {
      name: 'postgres',
      url: (port) => `postgresql://postgres@127.0.0.1:${port}/postgres`,
      prepare: (dataDir) => {
        if (existsSync(join(dataDir, 'PG_VERSION'))) return
        const settings = ['-D', dataDir, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync']
        execFileSync(join(folder, 'initdb'), settings, { stdio: ['ignore', 'ignore', 'pipe'], cwd: '/', ...user })
      },
      command: (port, dataDir) => ({
        command: join(folder, 'postgres'),
        // A killed program loses nothing without fsync; only a killed machine does.
        args: [
          ...['-D', dataDir, '-p', String(port), '-c', 'listen_addresses=127.0.0.1', '-c', 'fsync=off'],
          ...['-c', 'unix_socket_directories=', ...args],
        ],
      }),
      isReady: async (url, { dataDir }) => (await dataDirectory(url)) === dataDir,
      stopSignal: 'SIGINT',
      user,
    },
    options,
  )
}

/** Whether a server answers there and lets us in. */
export async function postgresAnswers(url: string): Promise<boolean> {
  try {
    await withPostgres(url, (client) => client.query('SELECT 1'))
    return true
  } catch {
    return false
  }
}

async function dataDirectory(url: string): Promise<string | undefined> {
  const { rows } = await withPostgres(url, (client) =>
    client.query<{ dir: string }>("SELECT current_setting('data_directory') AS dir"),
  )
  return rows[0]?.dir
}

/** Runs `use` on a connection of its own. */
export async function withPostgres<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 })
  // A server that goes away while the connection closes is not news.
  client.on('error', () => undefined)
  try {
    await client.connect()
    return await use(client)
  } finally {
    // A server that is frozen never says goodbye; what went wrong before that must still be heard.
    await Promise.race([client.end().catch(() => undefined), delay(2_000, undefined, { ref: false })])
  }
}
