import { createHealth } from './health.ts'
import { type LastServer, openSession, type Session, type SessionDeps } from './session.ts'

/** The way to Redis. Opens with the first use, and again with the first use after `close`. */
export type Connection = Session

export function createConnection(deps: SessionDeps): Connection {
  // One session per opening: what still runs in a closed one cannot reach its successor.
  let session: Session | null = null
  const health = createHealth(deps)
  const last: LastServer = { identity: '' }
  function current(): Session {
    session ??= openSession(deps, health, last)
    return session
  }

  return {
    run: (command) => attempt(() => current().run(command)),
    share: (commands) => attempt(() => current().share(commands)),
    runOnceOpen: (command) => attempt(() => current().runOnceOpen(command)),
    verify: async () => current().verify(),
    isServing: () => session?.isServing() ?? false,
    isRecovering: () => session?.isRecovering() ?? health.isRecovering(),
    client: () => current().client(),
    async close() {
      const closing = session
      session = null
      await closing?.close()
    },
  }
}

/** Not an async function: every lookup comes by. */
function attempt<T>(run: () => Promise<T>): Promise<T> {
  try {
    return run()
  } catch (error) {
    return Promise.reject(error)
  }
}
