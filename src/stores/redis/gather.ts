import type { Client } from './client.ts'
import type { StampKeys } from './scripts.ts'
import { send } from './send.ts'

export interface Gathered {
  readonly entryKey: string
  readonly stamps: StampKeys
}

/**
 * Reads keys, and fields of hashes, of whatever names in one command that is not a script: strings as `MGET` does, fields as `HMGET`.
 *
 * `SORT_RO` sorts the members of a set and shows for each the keys that a pattern makes of it. Here the set has one member, the empty text,
 * so that each pattern is the name of a key. What is of another type counts as missing.
 *
 * Source: https://redis.io/docs/latest/commands/sort_ro, since Redis 7.0. On a cluster patterns are refused.
 *
 * @param anchor the key of the set. Resolves to `null` when it is not there; it is then made.
 */
export async function gather(
  client: Client,
  { entryKey, stamps }: Gathered,
  anchor: string,
): Promise<readonly unknown[] | null> {
  const asked = send(client, ['sort_ro', anchor, 'BY', 'nosort', 'GET', `${entryKey}*`, ...stamps.patterns!])
  const values = (await asked) as readonly unknown[]
  if (values.length > 0) return values
  // Without memory for it the set stays away, and nobody is the worse for it.
  send(client, ['sadd', anchor, '']).catch(() => {})
  return null
}

/** Whether patterns stand for these keys: they are not given the prefix of a client, and hold no star before that at their end. */
export function mayGather(client: Client, { entryKey, stamps }: Gathered): boolean {
  return !client.options.keyPrefix && stamps.patterns !== null && !entryKey.includes('*')
}
