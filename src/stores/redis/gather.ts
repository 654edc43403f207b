import type { Client } from './client.ts'
import type { StampKeys } from './scripts.ts'
import { send } from './send.ts'
import { readSorted } from './sorted-keys.ts'

export interface Gathered {
  readonly entryKey: string
  readonly stamps: StampKeys
}

/**
 * Reads an entry and its stamps in one command, strings as `GET` does and fields as `HGET`. Where the strings are many, `MGET` reads them in
 * the same round trip; then a stamp may be read before the entry is, which makes neither older than the question.
 *
 * @param anchor a key for {@link readSorted}.
 * @returns the entry and the values, in order; `null` when the anchor was not there.
 */
export async function gather(
  client: Client,
  { entryKey, stamps }: Gathered,
  anchor: string,
): Promise<readonly unknown[] | null> {
  const reading = readSorted(client, anchor, [`${entryKey}*`, ...(stamps.patterns ?? [])])
  const others = stamps.apart.length === 0 ? null : send(client, ['mget', ...stamps.apart])
  // When the first one fails nobody waits for it.
  others?.catch(() => {})
  const values = await reading
  return values && others ? inOrder(stamps, values, (await others) as readonly unknown[]) : values
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
