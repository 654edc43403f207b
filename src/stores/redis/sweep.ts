import type { Client } from './client.ts'
import type { Keys } from './keys.ts'
import * as scripts from './scripts.ts'
import { send } from './send.ts'
import type { FoundServer } from './session.ts'

export interface Sweeping {
  /** How long a writer may be silent before it is presumed dead; births use it too. */
  readonly leaseMs: number
  /** Every model that may have stamps here, and its table. */
  readonly models: ReadonlyMap<string, string>
}

/** Everything that depends on them is invalid then. */
export async function dropRoots(client: Client, tables: readonly string[], keys: Keys): Promise<void> {
  const drop = async (table: string) => {
    const key = keys.ofTable(table)
    try {
      await send(client, ['hdel', key, 'root'])
    } catch (error) {
      // Somebody else's value under our name: it holds no stamps, and would be in the way for ever.
      if (!(error instanceof Error) || !error.message.startsWith('WRONGTYPE')) throw error
      await send(client, ['unlink', key])
    }
  }
  await Promise.all(tables.map(drop))
}

/** Drops first, forgets the intents after: a sweeper that dies in between leaves them to the next one. */
export async function sweep(
  client: Client,
  server: FoundServer,
  { leaseMs, models }: Sweeping,
  keys: Keys,
): Promise<readonly string[]> {
  const modelOf = new Map([...models.keys()].map((model) => [keys.table(model), model]))
  const expired = await scripts.expiredIntents(client, keys.intents, {
    ...server,
    leaseMs,
    tables: [...modelOf.keys()],
  })
  if (expired.tables.length === 0) return []
  await dropRoots(client, expired.tables, keys)
  // By the time of the reading, so that an intent that was renewed meanwhile stays.
  await send(client, ['zremrangebyscore', keys.intents, '-inf', expired.nowMs])
  // A table that this release has no model for is named as it is.
  return expired.tables.map((table) => modelOf.get(table) ?? table)
}
