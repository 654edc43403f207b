import { type Environment, openCounters } from './counters.ts'
import { drive, forWrites } from './drive.ts'
import { openHandWritten } from './hand-written.ts'
import { holdWrites } from './hold.ts'
import { increment, timed, type Way } from './way.ts'
import { batchSize, openWriteBehind } from './write-behind.ts'

/** A backlog that was applied as fast as possible, while nobody wrote. */
export interface Drained {
  readonly writes: number
  readonly seconds: number
  readonly batches: number
}

/** The backlog is an array in this process. */
export async function openQueued(draw: () => number, environment: Environment): Promise<Way<Drained>> {
  const counters = await openCounters(environment)
  const drain = await openHandWritten(counters.url, batchSize, environment.later)
  return {
    counters,
    async measure({ backlog }) {
      const queue = Array.from({ length: backlog }, draw)
      for (const id of queue) counters.count(id)
      return { writes: backlog, seconds: await timed(() => drain(queue)), batches: Math.ceil(backlog / batchSize) }
    },
  }
}

/** The backlog is what was accepted in Redis and held back. */
export async function openHeldBack(draw: () => number, environment: Environment): Promise<Way<Drained>> {
  const counters = await openCounters(environment)
  const { cached, flush, batches } = openWriteBehind(counters, environment)
  const write = increment(cached, counters)
  return {
    counters,
    async measure({ writers, backlog }) {
      const before = await counters.total()
      const release = await holdWrites(counters.url)
      await drive({ writers, next: forWrites(draw, backlog), write })
      // Less than the backlog only if the hold has ended before.
      const writes = backlog - ((await counters.total()) - before)
      const batchesBefore = batches()
      const seconds = await timed(async () => {
        await release()
        await flush()
      })
      return { writes, seconds, batches: batches() - batchesBefore }
    },
  }
}
