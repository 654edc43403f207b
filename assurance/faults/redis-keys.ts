import { Redis } from 'ioredis'
import { stopLater } from '../../test/services/cleanup.ts'
import type { Stage } from '../stage/stage.ts'
import { againAndAgain } from './again-and-again.ts'
import { type Fault, type Harm, nothingIsSeen } from './fault.ts'

/** Somebody deletes keys, all of them or any. */
export const redisKeyFaults: readonly Fault[] = [
  {
    name: 'redis-flushed',
    title: 'FLUSHALL again and again',
    what: 'Somebody runs FLUSHALL ten times a second.',
    expected: 'Everything is lost at once, or nothing: loads that were under way store under stamps that are gone.',
    promise: nothingIsSeen,
    prepare: (stage) =>
      harmKeys(stage, 100, async (client) => {
        await client.flushall()
        return { 'times flushed': 1 }
      }),
  },
  {
    name: 'redis-keys-lost',
    title: 'Random keys deleted',
    what: 'Twenty random keys are deleted (RANDOMKEY, UNLINK) every 20 ms, of whatever kind.',
    expected: 'As with eviction, and popular keys go as often as others.',
    promise: nothingIsSeen,
    prepare: (stage) =>
      harmKeys(stage, 20, async (client) => {
        const names = await Promise.all(Array.from({ length: 20 }, () => client.randomkey()))
        const found = [...new Set(names)].filter((name) => name !== null)
        return { 'keys deleted': found.length === 0 ? 0 : await client.unlink(...found) }
      }),
  },
]

/** Does it again and again, and adds up what was done. */
async function harmKeys(
  { redis }: Stage,
  everyMs: number,
  act: (client: Redis) => Promise<Readonly<Record<string, number>>>,
): Promise<Harm> {
  const client = new Redis(redis.url)
  const close = stopLater(async () => client.disconnect())
  const sums: Record<string, number> = {}
  let stop = async () => {}
  return {
    async start() {
      stop = againAndAgain(everyMs, async () => {
        for (const [name, count] of Object.entries(await act(client))) sums[name] = (sums[name] ?? 0) + count
      })
    },
    async end() {
      await stop()
      await close()
      return sums
    },
  }
}
