import type { Client } from 'pg'
import { inject } from 'vitest'
import { stopLater } from '../../services/cleanup.ts'
import { withPostgres } from '../../services/postgres.ts'
import { waitUntil } from '../../services/wait-until.ts'

export interface RowLock {
  /** Resolves to the server process that waits for the row. */
  blocks(): Promise<number>
  release(): Promise<void>
}

/** Locks a note in a transaction of its own, so that writes to it wait inside the database. */
export async function lockRow(id: number): Promise<RowLock> {
  const { client, release } = await transactionWith(inject('databaseUrl'), (client) =>
    client.query('SELECT 1 FROM "Note" WHERE "id" = $1 FOR UPDATE', [id]),
  )
  let blocked: Promise<number> | undefined
  return {
    blocks() {
      blocked ??= waitUntil(() => blockedBy(client), { what: 'somebody to wait for the row' })
      return blocked
    },
    release,
  }
}

/** Locks all notes of a database, so that reads of them wait inside it. Returns what lets them go on. */
export async function lockNotes(databaseUrl: string): Promise<() => Promise<void>> {
  const lock = 'LOCK TABLE "Note" IN ACCESS EXCLUSIVE MODE'
  return (await transactionWith(databaseUrl, (client) => client.query(lock))).release
}

/** A transaction that has run one statement, and stays open until it is released. */
async function transactionWith(databaseUrl: string, run: (client: Client) => Promise<unknown>) {
  let end = () => {}
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })
  let held: Promise<void> = Promise.resolve()
  const client = await new Promise<Client>((resolve, reject) => {
    held = withPostgres(databaseUrl, async (client) => {
      await client.query('BEGIN')
      await run(client)
      resolve(client)
      await ended
      await client.query('COMMIT')
    })
    held.catch(reject)
  })
  const release = stopLater(async () => {
    end()
    await held
  })
  return { client, release }
}

/** Not from `pg_stat_activity`, which does not change within a transaction. */
async function blockedBy(client: Client): Promise<number | undefined> {
  const { rows } = await client.query<{ pid: number }>(
    'SELECT pid FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))',
  )
  return rows[0]?.pid
}

/** Ends the connection of a server process, as a crash of the server or of the network does. */
export function terminate(pid: number): Promise<void> {
  return withPostgres(inject('databaseUrl'), async (client) => {
    await client.query('SELECT pg_terminate_backend($1)', [pid])
  })
}
