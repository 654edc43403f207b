import { spawnWorker, type Worker } from '../../test/services/process.ts'
import type { LoadCalls } from '../load/load.worker.ts'

/** A process of the load, with the functions that it serves. */
export interface LoadWorker extends Pick<Worker, 'pid' | 'exited' | 'kill'> {
  call<Name extends keyof LoadCalls>(name: Name, ...args: Parameters<LoadCalls[Name]>): ReturnType<LoadCalls[Name]>
}

/**
 * The processes of the load. One that survived a fault unharmed serves again in the next, with a client of its own: a process that
 * has just started is slow, and what comes first would look worse than what comes after.
 */
export interface Workers {
  take(count: number): Promise<readonly LoadWorker[]>
  /** For the next; one that has ended is not used again. */
  giveBack(worker: LoadWorker): void
}

export function createWorkers(): Workers {
  const idle = new Set<LoadWorker>()
  const next = () => {
    const [worker] = idle
    if (worker) idle.delete(worker)
    return worker ?? startWorker()
  }
  return {
    take: (count) => Promise.all(Array.from({ length: count }, next)),
    giveBack(worker) {
      idle.add(worker)
      void worker.exited.then(() => idle.delete(worker))
    },
  }
}

async function startWorker(): Promise<LoadWorker> {
  const file = new URL('../load/load.worker.ts', import.meta.url)
  // The cache warns of each outage, as it should.
  return (await spawnWorker(file, { env: { NODE_NO_WARNINGS: '1' } })) as LoadWorker
}
