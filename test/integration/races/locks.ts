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
  let unlock = () => {}
  const released = new Promise<void>((resolve) => {
    unlock = resolve
  })
  let blocked: Promise<number> | undefined
  let blocks: RowLock['blocks'] | undefined
  let held: Promise<void> = Promise.resolve()
  await new Promise<void>((locked, failed) => {
    held = withPostgres(inject('databaseUrl'), async (client) => {
      await client.query('BEGIN')
      await client.query('SELECT 1 FROM "Note" WHERE "id" = $1 FOR UPDATE', [id])
      blocks = () => {
        blocked ??= waitUntil(() => blockedBy(client), { what: 'somebody to wait for the row' })
        return blocked
      }
      locked()
      await released
      await client.query('COMMIT')
    })
    held.catch(failed)
  })
  const release = stopLater(async () => {
    unlock()
    await held
  })
  return { blocks: blocks!, release }
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
