import { setTimeout as delay } from 'node:timers/promises'
import { findFaketime, type RedisWithClock, startRedisWithClock } from '../stage/redis-with-clock.ts'
import { type Fault, nothingIsSeen } from './fault.ts'

const hourMs = 3_600_000

/** The last one that was started. */
let redisWithClock: RedisWithClock

/** Clocks that jump an hour ahead, an hour behind, and back. */
export const clockFaults: readonly Fault[] = [
  {
    name: 'clock-of-a-process',
    title: 'The clock of a process jumps',
    what: 'The wall clock of one process goes to one hour ahead, a second later to one hour behind, and at the end back.',
    expected: 'Nothing. The plugin takes the time from the monotonic clock.',
    promise: nothingIsSeen,
    prepare: async ({ workers: [worker] }) => ({
      async start() {
        await worker!.call('shiftClock', hourMs)
        await delay(1000)
        await worker!.call('shiftClock', -hourMs)
      },
      async end() {
        await worker!.call('shiftClock', 0)
        return {}
      },
    }),
  },
  {
    name: 'clock-of-redis',
    title: 'The clock of Redis jumps',
    what: 'Its wall clock goes to one hour ahead, a second later to one hour behind, and at the end back (libfaketime).',
    expected:
      'Ahead, all entries expire and live writers are taken for dead, which costs hits. Behind, leases and entries live longer.',
    promise: nothingIsSeen,
    missing: () => (findFaketime() === undefined ? 'libfaketime is not installed' : undefined),
    needs: {
      async startRedis() {
        redisWithClock = await startRedisWithClock()
        return redisWithClock.server
      },
    },
    prepare: async () => {
      const offSeconds: number[] = []
      const shift = async (shiftMs: number) => {
        redisWithClock.shift(shiftMs)
        offSeconds.push(Math.round(((await redisWithClock.nowMs()) - Date.now()) / 1000))
      }
      return {
        async start() {
          await shift(hourMs)
          await delay(1000)
          await shift(-hourMs)
        },
        async end() {
          await shift(0)
          return { 'seconds by which Redis was off': offSeconds.join(', ') }
        },
      }
    },
  },
]
