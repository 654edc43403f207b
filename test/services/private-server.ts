import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { stopLater } from './cleanup.ts'
import { type ServerProcess, startServerProcess } from './server-process.ts'
import { waitUntil } from './wait-until.ts'

/** A server of one's own, to be harmed at will. Stopped at the end of the test, at the latest. */
export interface PrivateServer {
  readonly url: string
  readonly port: number
  /** Of the program that runs now: another one after a restart. */
  readonly pid: number
  /** Ends it and removes its data. */
  stop(): Promise<void>
  /** Ends the program with a signal, default SIGKILL, and waits for its end. The data stay; `restart` brings it back. */
  kill(signal?: NodeJS.Signals): Promise<void>
  /** Freezes it: connections stay open and nothing is answered. */
  pause(): Promise<void>
  resume(): void
  /** Starts it again on the same port, ending it first where it still runs. `keepData` defaults to true. */
  restart(options?: { readonly keepData?: boolean }): Promise<void>
}

export interface ServerKind {
  readonly name: string
  readonly url: (port: number) => string
  readonly command: (port: number, dataDir: string) => { readonly command: string; readonly args: readonly string[] }
  /** Resolves to true when it answers, and not another server that holds the port. */
  readonly isReady: (url: string, own: { readonly pid: number; readonly dataDir: string }) => Promise<boolean>
  /** Fills an empty data folder. */
  readonly prepare?: (dataDir: string) => void
  /** Makes a running server write down what a restart must find again. */
  readonly persist?: (url: string) => Promise<void>
  readonly stopSignal: NodeJS.Signals
  readonly user?: { readonly uid: number; readonly gid: number } | undefined
}

export interface PrivateServerOptions {
  /** Where its data live, kept at the end; default a temporary folder, removed at the end. */
  readonly dir?: string | undefined
  /** Default a free one. */
  readonly port?: number | undefined
}

export async function startPrivateServer(kind: ServerKind, options: PrivateServerOptions = {}): Promise<PrivateServer> {
  const tempDir = mkdtempSync(join(tmpdir(), 'cache-test-'))
  const dataDir = resolve(options.dir ?? join(tempDir, 'data'))
  let port = options.port ?? (await freePort())
  let server: ServerProcess | undefined
  let stopped = false

  const prepare = () => {
    mkdirSync(dataDir, { recursive: true })
    if (kind.user !== undefined) {
      for (const dir of [tempDir, dataDir]) chownSync(dir, kind.user.uid, kind.user.gid)
      chmodSync(dataDir, 0o700)
    }
    kind.prepare?.(dataDir)
  }
  const launch = async () => {
    const logFile = join(tempDir, 'server.log')
    const process = await startServerProcess({ ...kind.command(port, dataDir), logFile, tempDir, user: kind.user })
    server = process
    await waitUntil(
      async () => !process.running || (await kind.isReady(kind.url(port), { pid: process.pid, dataDir })),
      {
        what: `${kind.name} to answer on port ${port}`,
      },
    )
    if (!process.running) throw new Error(`${kind.name} ended while it started:\n${process.logTail()}`)
  }
  const stop = stopLater(async () => {
    stopped = true
    await server?.end(kind.stopSignal).finally(() => rmSync(tempDir, { recursive: true, force: true }))
  })

  try {
    prepare()
    await launch().catch(async (error: unknown) => {
      // Somebody else may have taken the free port before the server did.
      if (options.port !== undefined || server?.running === true) throw error
      port = await freePort()
      await launch()
    })
  } catch (error) {
    await stop()
    throw error
  }

  return {
    get url() {
      return kind.url(port)
    },
    get port() {
      return port
    },
    get pid() {
      return server!.pid
    },
    stop,
    kill: (signal = 'SIGKILL') => server!.end(signal),
    pause: () => server!.pause(),
    resume: () => server!.resume(),
    async restart({ keepData = true } = {}) {
      if (stopped) throw new Error(`${kind.name} was stopped: its data are gone.`)
      if (keepData && server!.running) await kind.persist?.(kind.url(port))
      await server!.end(kind.stopSignal)
      if (!keepData) {
        rmSync(dataDir, { recursive: true, force: true })
        prepare()
      }
      await launch()
    },
  }
}

/** A port that nothing listened on a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((done, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() =>
        typeof address === 'object' && address !== null ? done(address.port) : reject(new Error('No free port.')),
      )
    })
  })
}
