import { openSession, type Session, type SessionDeps } from './session.ts'

/** The way to Redis. Opens with the first use, and again with the first use after `close`. */
export type Connection = Session

export function createConnection(deps: SessionDeps): Connection {
  // One session per opening: what still runs in a closed one cannot reach its successor.
  let session: Session | null = null
  const recovery = { untilMs: Number.NEGATIVE_INFINITY }
  function current(): Session {
    session ??= openSession(deps, recovery)
    return session
  }

  return {
    run: async (command) => current().run(command),
    verify: async () => current().verify(),
    isServing: () => session?.isServing() ?? false,
    isRecovering: () => session?.isRecovering() ?? deps.clock.nowMs() < recovery.untilMs,
    client: () => current().client(),
    async close() {
      const closing = session
      session = null
      await closing?.close()
    },
  }
}
