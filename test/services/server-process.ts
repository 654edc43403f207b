import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { waitUntil } from './wait-until.ts'

export interface ServerProcessOptions {
  readonly command: string
  readonly args: readonly string[]
  /** Where its output goes. */
  readonly logFile: string
  /** Removed when this process ends without having stopped the server. */
  readonly tempDir: string
  readonly user: { readonly uid: number; readonly gid: number } | undefined
}

/** A running server. All signals go to the program and its children (PostgreSQL has one per connection). */
export interface ServerProcess {
  readonly pid: number
  /** False from the moment the program has ended, for whatever reason. */
  readonly running: boolean
  /** Sends a signal that ends the program, and waits for its end. */
  end(signal: NodeJS.Signals): Promise<void>
  pause(): Promise<void>
  resume(): void
  /** The last lines that it wrote. */
  logTail(): string
}

/** Starts a server program that never outlives this process, not even when this process is killed. */
export async function startServerProcess(options: ServerProcessOptions): Promise<ServerProcess> {
  const { command, args, logFile, user } = options
  const log = openSync(logFile, 'a')
  const child = spawn(command, args, { stdio: ['ignore', log, log], ...user })
  closeSync(log)
  await once(child, 'spawn')
  child.unref()
  const pid = child.pid!
  const guard = startGuard(pid, options.tempDir)
  const running = () => child.exitCode === null && child.signalCode === null
  child.once('exit', () => guard.kill('SIGKILL'))

  return {
    pid,
    get running() {
      return running()
    },
    async end(signal) {
      if (!running()) return
      // A stopped program takes no signal but SIGKILL.
      for (const one of tree(pid)) send(one, 'SIGCONT')
      if (signal === 'SIGKILL') for (const one of tree(pid)) send(one, signal)
      else send(pid, signal)
      await waitUntil(() => !running(), { what: `${command} to end after ${signal}`, deadlineMs: 15_000 })
    },
    async pause() {
      // The parent first: it must not start children that we miss.
      send(pid, 'SIGSTOP')
      for (const one of tree(pid)) send(one, 'SIGSTOP')
      // A child that had just ended stays a zombie: its parent, now stopped, cannot bury it.
      await waitUntil(() => states(tree(pid)).every((state) => /^[TZ]/.test(state)), { what: `${command} to freeze` })
    },
    resume() {
      for (const one of tree(pid)) send(one, 'SIGCONT')
    },
    logTail: () => readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-8).join('\n'),
  }
}

/**
 * A shell that ends the server when the pipe from this process closes, which happens however this process ends.
 *
 * SIGQUIT first: PostgreSQL then ends its children and gives back its shared memory.
 */
function startGuard(pid: number, tempDir: string): ChildProcess {
  const script = `cat > /dev/null
    kill -CONT $1; kill -QUIT $1
    n=0; while kill -0 $1 && [ $n -lt 30 ]; do sleep 0.1; n=$((n + 1)); done
    kill -KILL $1; rm -rf "$2"`
  const guard = spawn('sh', ['-c', script, 'guard', String(pid), tempDir], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  guard.unref()
  const pipe = guard.stdin as typeof guard.stdin & { unref?: () => void }
  pipe.unref?.()
  return guard
}

/** The process and everything below it. */
function tree(root: number): readonly number[] {
  const rows = ps('-A', '-o', 'pid=,ppid=').map((line) => line.trim().split(/\s+/).map(Number))
  const found = [root]
  for (const pid of found) for (const [child, parent] of rows) if (parent === pid) found.push(child!)
  return found
}

function states(pids: readonly number[]): readonly string[] {
  return ps('-o', 'stat=', '-p', pids.join(',')).map((line) => line.trim())
}

function ps(...args: readonly string[]): readonly string[] {
  return execFileSync('ps', args, { encoding: 'utf8' }).trimEnd().split('\n')
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    // It ended by itself in the meantime.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
