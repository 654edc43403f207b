import { Redis } from 'ioredis'
import { stopLater } from '../../test/services/cleanup.ts'
import { againAndAgain } from './again-and-again.ts'
import { type Fault, nothingIsSeen } from './fault.ts'
import { infoNumber } from './redis-info.ts'

const ballastBytes = 8_000_000

/** Redis without room, where it refuses, and where it forgets. */
export const redisMemoryFaults: readonly Fault[] = [
  {
    name: 'redis-full',
    title: 'Redis out of memory',
    what: 'maxmemory is reached (noeviction; 8 MB of other keys): Redis refuses whatever needs room. At the end there is room again.',
    expected:
      'Nothing new is stored and intents are refused; invalidating only removes keys, which Redis always allows.',
    promise: nothingIsSeen,
    async prepare({ redis }) {
      const { client, close } = connect(redis.url)
      return {
        async start() {
          await client.set('ballast', Buffer.alloc(ballastBytes))
          await client.config('SET', 'maxmemory', 1_000_000)
        },
        async end() {
          await client.config('SET', 'maxmemory', 0)
          await client.unlink('ballast')
          const refused = await infoNumber(client, 'errorstats', /errorstat_OOM:count=(\d+)/)
          await close()
          return { 'commands refused': refused }
        },
      }
    },
  },
  {
    name: 'redis-evicting',
    title: 'Redis evicting under pressure',
    what: 'allkeys-lru, and every 50 ms maxmemory is set 20 kB below what is used: keys of every kind are evicted all the time.',
    expected: 'Each key that goes, stamp, entry, registry or intent, costs hits: what is missing counts as invalid.',
    promise: nothingIsSeen,
    async prepare({ redis }) {
      const { client, close } = connect(redis.url)
      const squeeze = async () => {
        const used = await infoNumber(client, 'memory', /used_memory:(\d+)/)
        await client.config('SET', 'maxmemory', used - 20_000)
      }
      let stop = async () => {}
      return {
        async start() {
          await client.config('SET', 'maxmemory-policy', 'allkeys-lru')
          stop = againAndAgain(50, squeeze)
        },
        async end() {
          await stop()
          await client.config('SET', 'maxmemory', 0)
          const evicted = await infoNumber(client, 'stats', /evicted_keys:(\d+)/)
          await close()
          return { 'keys evicted': evicted }
        },
      }
    },
  },
]

/** A connection of the fault's own. */
function connect(url: string) {
  const client = new Redis(url)
  return { client, close: stopLater(async () => client.disconnect()) }
}
