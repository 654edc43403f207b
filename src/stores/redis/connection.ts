import type { Clock } from '../../core/clock.ts'
import type { Report } from '../../core/events.ts'
import type { Client, ClientSource } from './client.ts'
import { openSession, type Session } from './session.ts'

export interface ConnectionDeps {
  readonly source: ClientSource
  readonly commandDeadlineMs: number
  readonly clock: Clock
  readonly report: Report
  /** What must be done on a server before it may serve (again). Runs whenever the server may be another one than before. */
  readonly prepare: (client: Client, identity: string) => Promise<void>
}

/** The way to Redis. Opens with the first use, and again with the first use after `close`. */
export interface Connection {
  run<T>(command: (client: Client, identity: string) => Promise<T>): Promise<T>
  /** Looks at the server again when it is no longer the one that was looked at; the connection alone does not always tell. */
  verify(): Promise<void>
  /** The client, for a subscriber to be made from. */
  client(): Client
  close(): Promise<void>
}

export function createConnection(deps: ConnectionDeps): Connection {
  // One session per opening: what still runs in a closed one cannot reach its successor.
  let session: Session | null = null
  function current(): Session {
    session ??= openSession(deps)
    return session
  }

  return {
    run: async (command) => current().run(command),
    verify: async () => current().verify(),
    client: () => current().client(),
    async close() {
      const closing = session
      session = null
      await closing?.close()
    },
  }
}
