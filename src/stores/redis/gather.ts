import type { Client } from './client.ts'
import type { StampKeys } from './scripts.ts'
import { send } from './send.ts'

export interface Gathered {
  readonly entryKey: string
  readonly stamps: StampKeys
}

/**
 * Reads keys, and fields of hashes, of whatever names in one command that is not a script: strings as `MGET` does, fields as `HMGET`. Where the
 * strings are many, `MGET` itself reads them in the same breath.
 *
 * `SORT_RO` sorts the members of a set and shows for each the keys that a pattern makes of it. Here the set has one member, the empty text,
 * so that each pattern is the name of a key. What is of another type counts as missing.
 *
 * Source: https://redis.io/docs/latest/commands/sort_ro, since Redis 7.0. On a cluster patterns are refused.
 *
 * @param anchor the key of the set.
 * @returns the entry and the values, in order; `null` when the set is not there, and then made, or is another one.
 */
export async function gather(
  client: Client,
  { entryKey, stamps }: Gathered,
  anchor: string,
): Promise<readonly unknown[] | null> {
  const patterns = stamps.patterns ?? []
  const sorted = send(client, ['sort_ro', anchor, 'BY', 'nosort', 'GET', '#', 'GET', `${entryKey}*`, ...patterns])
  const others = stamps.apart.length === 0 ? null : send(client, ['mget', ...stamps.apart])
  // When the first one fails nobody waits for it.
  others?.catch(() => {})
  const [member, ...values] = (await sorted) as readonly unknown[]
  if (member === '' && values.length === 1 + patterns.length / 2) {
    return others ? inOrder(stamps, values, (await others) as readonly unknown[]) : values
  }
  // Without memory for it the set stays away, and nobody is the worse for it. One that others have added to is left alone.
  if (member === undefined) send(client, ['sadd', anchor, '']).catch(() => {})
  return null
}

/** The entry, then the values in the order of the keys. */
function inOrder({ keys }: StampKeys, gathered: readonly unknown[], apart: readonly unknown[]): readonly unknown[] {
  const values = [gathered[0]]
  let [at, atApart] = [1, 0]
  for (const { fields } of keys) {
    if (fields.length === 0) values.push(apart[atApart++])
    for (let i = 0; i < fields.length; i += 1) values.push(gathered[at++])
  }
  return values
}

/** Whether patterns stand for these keys: they are not given the prefix of a client, and hold no star before that at their end. */
export function mayGather(client: Client, { entryKey, stamps }: Gathered): boolean {
  return !client.options.keyPrefix && stamps.patterns !== null && !entryKey.includes('*')
}
