import { setTimeout as delay } from 'node:timers/promises'
import { waitUntil } from '../../test/services/wait-until.ts'
import { type Records, readRecords } from '../oracle/read-records.ts'
import { type Backstage, type Needs, openStage, roles, type Stage } from './stage.ts'

export interface Loaded<T> {
  readonly value: T
  readonly records: Records
  /** Of each process of the load, what it said at its end: `$cache.stats()`, and how many events of each kind. */
  readonly reports: readonly unknown[]
}

/** How long what is under way at the end is waited for, before it counts as hung. */
const hungMs = 10_000

/** Runs something while all processes read and write. */
export async function underLoad<T>(
  needs: Needs,
  seed: number,
  backstage: Backstage,
  run: (stage: Stage) => Promise<T>,
): Promise<Loaded<T>> {
  const stage = await openStage(needs, backstage)
  try {
    const { workers } = stage
    await Promise.all(workers.map((worker, at) => worker.call('start', seed * 100 + at, roles[at]!)))
    await warm(stage)
    const value = await run(stage)
    await Promise.all(workers.map((worker) => worker.call('stop', hungMs)))
    const reports = await Promise.all(workers.map((worker) => worker.call('close', hungMs)))
    return { value, records: readRecords(stage.logFiles(), workers.length), reports }
  } finally {
    await stage.close()
  }
}

/** One lease after a namespace came into being everything is dropped once; that is no fault. */
async function warm({ workers }: Stage): Promise<void> {
  await waitUntil(
    async () => {
      const all = await Promise.all(workers.map((worker) => worker.call('progress')))
      return all.some(({ events }) => events.swept) && all.every(({ lastHitNs }) => lastHitNs >= 0)
    },
    { what: 'the sweep after the birth, and hits in every process', deadlineMs: 30_000 },
  )
  await delay(500)
}
