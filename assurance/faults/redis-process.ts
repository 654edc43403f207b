import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { redisCommand } from '../../test/services/redis-command.ts'
import { type Fault, nothingIsSeen } from './fault.ts'

/** What happens to the program redis-server as a whole. */
export const redisProcessFaults: readonly Fault[] = [
  {
    name: 'redis-killed',
    title: 'Redis killed, and started empty',
    what: 'SIGKILL; at the end a new, empty Redis on the same port.',
    expected:
      'Reads go to the database meanwhile. The new server has another identity, so nothing of before could count.',
    promise: nothingIsSeen,
    async prepare({ redis }) {
      return {
        start: () => redis.kill(),
        async end() {
          await redis.restart({ keepData: false })
          return { 'keys right after the start': await keysOf(redis.url) }
        },
      }
    },
  },
  {
    name: 'redis-old-data',
    title: 'Redis restarted with old data',
    what: 'A dump is saved before the quiet phase; after many writes SIGKILL, and at the end a start from that dump.',
    expected:
      'The dump brings back entries and stamps that writes had removed. Root stamps name another server, so none counts.',
    promise: nothingIsSeen,
    async prepare({ redis }) {
      await redisCommand(redis.url, ['SAVE'])
      const [, dir] = (await redisCommand(redis.url, ['CONFIG', 'GET', 'dir'])) as [string, string]
      copyFileSync(join(dir, 'dump.rdb'), join(dir, 'old.rdb'))
      return {
        start: () => redis.kill(),
        async end() {
          copyFileSync(join(dir, 'old.rdb'), join(dir, 'dump.rdb'))
          await redis.restart()
          return { 'keys right after the start': await keysOf(redis.url) }
        },
      }
    },
  },
  {
    name: 'redis-hung',
    title: 'Redis hung',
    what: 'SIGSTOP; at the end SIGCONT. Connections stay open, and what was sent is read late.',
    expected:
      'Three commands wait for commandDeadline (200 ms), then nobody waits any more. What was sent before the end is carried out late.',
    promise: nothingIsSeen,
    async prepare({ redis }) {
      return {
        start: () => redis.pause(),
        async end() {
          redis.resume()
          return {}
        },
      }
    },
  },
]

async function keysOf(url: string): Promise<number> {
  return Number(await redisCommand(url, ['DBSIZE']))
}
