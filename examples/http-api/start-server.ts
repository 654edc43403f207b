import { fork } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'

export interface Server {
  readonly address: string
  /** Resolves when the process has ended. */
  stop(): Promise<void>
}

/** Starts a server process; ready when it listens. Rejects when it ends before that. */
export async function startServer(env: Readonly<Record<string, string>>): Promise<Server> {
  const child = fork(resolve(import.meta.dirname, 'server.ts'), {
    execArgv: ['--import', 'tsx'],
    env: { ...process.env, ...env },
  })
  const exited = once(child, 'exit')
  const address = await Promise.race([
    once(child, 'message').then(([message]) => String(message)),
    exited.then(([code]): never => {
      throw new Error(`The server ended with code ${code} before it listened.`)
    }),
  ])
  return {
    address,
    async stop() {
      child.kill('SIGTERM')
      await exited
    },
  }
}
