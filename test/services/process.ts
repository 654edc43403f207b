import { fork } from 'node:child_process'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundled } from './bundle.ts'
import { stopLater } from './cleanup.ts'

interface Call {
  readonly id: number
  readonly name: string
  readonly args: readonly unknown[]
}

type Reply =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: { readonly message: string; readonly code: unknown } }

export interface Worker {
  readonly pid: number
  /** Calls a function that the worker serves. Values cross by structured clone: dates, big integers and bytes survive. */
  call<T = unknown>(name: string, ...args: readonly unknown[]): Promise<T>
  /** Default SIGKILL. Resolves when the process has ended. */
  kill(signal?: NodeJS.Signals): Promise<number | null>
  /** The exit code, or null when a signal ended the process. */
  readonly exited: Promise<number | null>
}

/** Starts a Node process that runs a TypeScript file, which calls {@link serveWorker}. Ready when it has. */
export async function spawnWorker(
  file: string | URL,
  { env = {} }: { readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Worker> {
  const path = typeof file === 'string' ? file : fileURLToPath(file)
  const child = fork(await bundled(path), {
    cwd: resolve(import.meta.dirname, '../..'),
    // Not those of the tests.
    execArgv: [],
    env: { ...process.env, ...env },
    serialization: 'advanced',
  })
  const waiting = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>()
  const exited = new Promise<number | null>((done) => child.once('exit', done))
  const ready = new Promise<void>((done, fail) => {
    waiting.set(0, { resolve: done as () => void, reject: fail })
  })
  child.on('message', (reply: Reply) => {
    const call = waiting.get(reply.id)
    waiting.delete(reply.id)
    if ('error' in reply) {
      call?.reject(Object.assign(new Error(reply.error.message), { code: reply.error.code }))
    } else {
      call?.resolve(reply.value as never)
    }
  })
  child.once('exit', (code, signal) => {
    for (const { reject } of waiting.values())
      reject(new Error(`The worker ended (${signal ?? code}) before it answered.`))
    waiting.clear()
  })
  const kill = (signal: NodeJS.Signals = 'SIGKILL') => {
    child.kill(signal)
    return exited
  }
  stopLater(async () => void (await kill()))
  await ready

  let calls = 0
  return {
    pid: child.pid!,
    exited,
    kill,
    call: (name, ...args) =>
      new Promise((resolve, reject) => {
        if (!child.connected) return reject(new Error(`The worker has ended: it cannot run ${name}.`))
        calls += 1
        waiting.set(calls, { resolve, reject })
        child.send({ id: calls, name, args } satisfies Call)
      }),
  }
}

// biome-ignore lint/suspicious/noExplicitAny: each function names the types of its own arguments
type Served = Readonly<Record<string, (...args: any[]) => Promise<unknown>>>

/** In the worker file: answers the calls of the process that spawned this one, until that process ends. */
export function serveWorker(functions: Served): void {
  const reply = (message: Reply) => process.send?.(message)
  process.on('message', async ({ id, name, args }: Call) => {
    try {
      const serve = functions[name]
      if (serve === undefined) throw new Error(`The worker does not serve ${name}.`)
      reply({ id, value: await serve(...args) })
    } catch (error) {
      const { message, code } = error as Error & { code?: unknown }
      reply({ id, error: { message, code } })
    }
  })
  process.once('disconnect', () => process.exit())
  reply({ id: 0, value: undefined })
}
