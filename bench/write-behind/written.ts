import type { PrismaClient } from '../../prisma/generated/client.ts'
import { openByHand } from './by-hand.ts'
import { type Counters, type Environment, openCounters } from './counters.ts'
import { type Driven, drive, forEach, forSeconds } from './drive.ts'
import { increment, timed, type Way } from './way.ts'
import { openWriteBehind } from './write-behind.ts'

/** What writers got done. */
export interface Written extends Driven {
  /** From the first write until all of them were in the database. */
  readonly appliedSeconds: number
  /** Of this process meanwhile, both user and system. */
  readonly cpuSeconds: number
  /** Transactions that applied several writes together. */
  readonly batches: number
}

/** A way that is about writing. */
export interface WritingWay extends Way<Written> {
  /** Writes every counter once, so many at a time. */
  writeEach(writers: number): Promise<Driven>
}

/** Each write is a statement. */
export async function openDirect(draw: () => number, environment: Environment): Promise<WritingWay> {
  const counters = await openCounters(environment)
  return written(draw, { counters, client: counters.plain, flush: async () => {}, batches: () => 0 })
}

/** The same calls, accepted in Redis, while the same process applies them to the database. */
export async function openAccepted(draw: () => number, environment: Environment): Promise<WritingWay> {
  const counters = await openCounters(environment)
  const { cached, flush, batches } = openWriteBehind(counters, environment)
  return written(draw, { counters, client: cached, flush, batches })
}

/** The same calls, answered by a hook that does nothing else: what Prisma itself costs around any hook. */
export async function openUnwritten(draw: () => number, environment: Environment): Promise<WritingWay> {
  const counters = await openCounters(environment)
  const row = await counters.plain.city.findFirstOrThrow()
  const client = counters.plain.$extends({ query: { $allOperations: async () => row } })
  const uncounted = { ...counters, count: () => {} }
  return written(draw, {
    counters: uncounted,
    client: client as unknown as PrismaClient,
    flush: async () => {},
    batches: () => 0,
  })
}

/** The same calls, by what somebody would write for them instead of the plugin. */
export async function openWrittenByHand(draw: () => number, environment: Environment): Promise<WritingWay> {
  const counters = await openCounters(environment)
  const { cached, flush, batches } = await openByHand(counters, environment)
  return written(draw, { counters, client: cached, flush, batches })
}

interface Writing {
  readonly counters: Counters
  readonly client: PrismaClient
  readonly flush: () => Promise<void>
  readonly batches: () => number
}

function written(draw: () => number, { counters, client, flush, batches }: Writing): WritingWay {
  const write = increment(client, counters)
  return {
    counters,
    async writeEach(writers) {
      const driven = await drive({ writers, next: forEach(counters.ids), write })
      await flush()
      return driven
    },
    async measure({ seconds, writers }) {
      const batchesBefore = batches()
      const startedCpu = process.cpuUsage()
      const driven = await drive({ writers, next: forSeconds(draw, seconds), write })
      const appliedSeconds = driven.seconds + (await timed(flush))
      const { user, system } = process.cpuUsage(startedCpu)
      return { ...driven, appliedSeconds, cpuSeconds: (user + system) / 1e6, batches: batches() - batchesBefore }
    },
  }
}
