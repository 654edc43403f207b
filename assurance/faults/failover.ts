import { startRedis, startReplica } from '../../test/services/redis.ts'
import { redisCommand } from '../../test/services/redis-command.ts'
import { startLink } from '../stage/link.ts'
import { type Fault, nothingIsSeen } from './fault.ts'

/** A replica that has not heard of the latest writes takes over, under the same address. */
export const failover: Fault = {
  name: 'redis-failover',
  title: 'Failover to a replica that missed the last writes',
  what: 'The link between primary and replica stalls; at the end the primary is killed, and the replica is promoted behind its address.',
  expected: 'The replica has stamps that writes had removed. They name another server, so none counts.',
  promise: nothingIsSeen,
  needs: {
    links: true,
    // A primary otherwise waits five seconds for more replicas.
    startRedis: () => startRedis({ args: ['--repl-diskless-sync-delay', '0'] }),
  },
  async prepare({ redis, links }) {
    const between = await startLink(redis.port)
    const replica = await startReplica(between)
    return {
      start: async () => between.stall(),
      async end() {
        const missedBytes = (await offset(redis.url)) - (await offset(replica.url))
        await redis.kill()
        await replica.promote()
        for (const link of links) link.forwardTo(replica.port)
        return { 'bytes of the replication that the replica missed': missedBytes }
      },
    }
  },
}

async function offset(url: string): Promise<number> {
  const info = String(await redisCommand(url, ['INFO', 'replication']))
  return Number(/(?:slave_repl_offset|master_repl_offset):(\d+)/.exec(info)?.[1])
}
