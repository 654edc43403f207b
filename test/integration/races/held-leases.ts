import { inject } from 'vitest'
import { redisCommand } from '../../services/redis-command.ts'
import { waitUntil } from '../../services/wait-until.ts'

/** The leases of a namespace: who holds each of them, and how many processes listen for its end. */
export async function leasesOf(namespace: string) {
  const redis = (...command: readonly [string, ...string[]]) => redisCommand(inject('redisUrl'), command)
  const keys = (await redis('KEYS', `${namespace}:*:l:*`)) as string[]
  return Promise.all(
    keys.map(async (key) => {
      const [token, subscribers] = await Promise.all([redis('GET', key), redis('PUBSUB', 'NUMSUB', key)])
      return { token, waiting: (subscribers as [string, number])[1] }
    }),
  )
}

/** Resolves when so many processes wait for each of so many leases. */
export async function processesWait(namespace: string, { waiting, leases = 1 }: { waiting: number; leases?: number }) {
  const isSo = async () => {
    const all = await leasesOf(namespace)
    return all.length === leases && all.every((lease) => lease.waiting === waiting)
  }
  await waitUntil(isSo, { what: `${waiting} processes to wait for each of ${leases} leases` })
}
