import { Redis } from 'ioredis'
import { newNamespace, unlinkNamespace } from '../../examples/shared/namespace.ts'
import type { PrismaClient } from '../../prisma/generated/client.ts'
import type { Counters, Environment } from './counters.ts'
import { openHandWritten } from './hand-written.ts'
import { batchSize, type WriteBehind } from './write-behind.ts'

/**
 * A write-behind as somebody would write it for this one call, and for nothing else: a hook puts all writes of a tick into a stream of Redis as
 * one entry and answers always the same, and a loop in the same process applies them by one statement per batch.
 *
 * It keeps nothing of what the plugin promises: no argument is looked at, the answer is not the row, no reader sees the write, a process that
 * dies between statement and XDEL leaves writes to be applied twice. What is left has to be done by every write-behind that keeps its writes
 * in Redis and that Prisma calls by a hook.
 */
export async function openByHand({ url, plain }: Counters, { redis, later }: Environment): Promise<WriteBehind> {
  const row = await plain.city.findFirstOrThrow()
  const stream = `${newNamespace()}:stream`
  later(() => unlinkNamespace(redis, stream))
  const [writing, reading] = [new Redis(redis), new Redis(redis)]
  for (const connection of [writing, reading]) later(() => connection.quit())
  const applyQueue = await openHandWritten(url, batchSize, later)

  let tick: Tick | null = null
  let unapplied = 0
  let batches = 0
  let applying = Promise.resolve()

  function append(id: number): Promise<void> {
    if (!tick) {
      const begun: Tick = { ids: [], appended: new Promise((resolve) => process.nextTick(() => resolve(end(begun)))) }
      tick = begun
    }
    tick.ids.push(id)
    return tick.appended
  }

  async function end({ ids }: Tick): Promise<void> {
    tick = null
    await writing.xadd(stream, '*', 'ids', ids.join())
    unapplied += ids.length
    if (unapplied >= batchSize) apply()
  }

  function apply(): void {
    unapplied = 0
    applying = applying.then(applyAll)
  }

  async function applyAll(): Promise<void> {
    for (;;) {
      const entries = await reading.xrange(stream, '-', '+', 'COUNT', entriesMax)
      if (entries.length === 0) return
      const ids = entries.flatMap(([, [, text]]) => text!.split(',').map(Number))
      await applyQueue(ids)
      batches += Math.ceil(ids.length / batchSize)
      await reading.xdel(stream, ...entries.map(([id]) => id))
    }
  }

  const answer = async ({ where }: { readonly where: { readonly id: number } }) => {
    await append(where.id)
    return row
  }
  const hook = ({ args }: { readonly args: unknown }) => answer(args as Parameters<typeof answer>[0])
  return {
    cached: plain.$extends({ query: { city: { update: hook as never } } }) as unknown as PrismaClient,
    async flush() {
      apply()
      await applying
    },
    batches: () => batches,
  }
}

/** Writes that go to the stream together. */
interface Tick {
  readonly ids: number[]
  readonly appended: Promise<void>
}

/** Of 64 writers two batches, and a little. */
const entriesMax = 16
