import type { Client } from './client.ts'
import { send } from './send.ts'

/** What is read by one command. */
interface Batch {
  readonly anchor: string
  /** `GET`, a pattern, `GET`, ... */
  readonly words: string[]
  parts: number
  readonly values: Promise<readonly unknown[] | null>
}

/**
 * So many share a command. One for each costs this process more; with more in one, Redis and this process would rather wait for each other
 * than work at once.
 */
export const sharedMax = 16

/** Those that have not been sent yet. */
const open = new WeakMap<Client, Batch>()

/**
 * Reads keys, and fields of hashes, of whatever names in one command that is not a script, together with whatever else is asked for in this
 * tick. What is of another type than expected counts as missing.
 *
 * `SORT_RO` sorts the members of a set and shows for each the keys that a pattern makes of it. Here the set has one member, the empty text,
 * so that each pattern is the name of a key.
 *
 * Source: https://redis.io/docs/latest/commands/sort_ro, since Redis 7.0. On a cluster patterns are refused.
 *
 * @param anchor the key of the set.
 * @param patterns `<key>*` for a string, `<key>*-><field>` for a field; no other star.
 * @returns the values in order; `null` when the set is not there, and then made, or is another one.
 */
export async function readSorted(
  client: Client,
  anchor: string,
  patterns: readonly string[],
): Promise<readonly unknown[] | null> {
  const batch = openBatch(client, anchor)
  batch.parts += 1
  const from = batch.words.length / 2
  for (const pattern of patterns) batch.words.push('GET', pattern)
  const values = await batch.values
  return values?.slice(from, from + patterns.length) ?? null
}

function openBatch(client: Client, anchor: string): Batch {
  const known = open.get(client)
  if (known?.anchor === anchor && known.parts < sharedMax) return known
  const words: string[] = []
  const values = new Promise<readonly unknown[] | null>((resolve, reject) => {
    // After the promises that are ready now: their continuations belong to the same tick.
    process.nextTick(() => {
      if (open.get(client) === batch) open.delete(client)
      sort(client, anchor, words).then(resolve, reject)
    })
  })
  const batch: Batch = { anchor, words, parts: 0, values }
  open.set(client, batch)
  return batch
}

async function sort(client: Client, anchor: string, words: readonly string[]): Promise<readonly unknown[] | null> {
  const command = ['sort_ro', anchor, 'BY', 'nosort', 'GET', '#', ...words] as const
  const [member, ...values] = (await send(client, command)) as readonly unknown[]
  if (member === '' && values.length === words.length / 2) return values
  // Without memory for it the set stays away, and nobody is the worse for it. One that others have added to is left alone.
  if (member === undefined) send(client, ['sadd', anchor, '']).catch(() => {})
  return null
}
