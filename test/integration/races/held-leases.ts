import { inject } from 'vitest'
import { redisCommand } from '../../services/redis-command.ts'
import { waitUntil } from '../../services/wait-until.ts'

/** The leases of a namespace: who holds each of them, and how many processes listen for its end. */
export async function leasesOf(namespace: string) {
  const keys = await leaseKeys(namespace)
  if (keys.length === 0) return []
  const [tokens, subscribers] = await Promise.all([redis('MGET', ...keys), redis('PUBSUB', 'NUMSUB', ...keys)])
  return keys.map((_, i) => ({
    token: (tokens as (string | null)[])[i],
    waiting: (subscribers as (string | number)[])[2 * i + 1],
  }))
}

/** How long each lease of a namespace would last if nobody renewed it. Milliseconds. */
export async function remainingLeases(namespace: string): Promise<readonly number[]> {
  const keys = await leaseKeys(namespace)
  return Promise.all(keys.map(async (key) => Number(await redis('PTTL', key))))
}

async function leaseKeys(namespace: string) {
  return (await redis('KEYS', `${namespace}:*:l:*`)) as string[]
}

function redis(...command: readonly [string, ...string[]]) {
  return redisCommand(inject('redisUrl'), command)
}

/** Resolves when so many processes wait for each of so many leases. */
export async function processesWait(namespace: string, { waiting, leases = 1 }: { waiting: number; leases?: number }) {
  const isSo = async () => {
    const all = await leasesOf(namespace)
    return all.length === leases && all.every((lease) => lease.waiting === waiting)
  }
  await waitUntil(isSo, { what: `${waiting} processes to wait for each of ${leases} leases` })
}
