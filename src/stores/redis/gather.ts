import type { Client } from './client.ts'
import type { StampKeys } from './scripts.ts'
import { readShared, type Values } from './shared-read.ts'

export interface Gathered {
  readonly entryKey: string
  readonly stamps: StampKeys
}

/**
 * Reads an entry and its stamps in one command that is not a script, or two in one round trip.
 *
 * @param anchor a key for {@link readShared}.
 * @returns the entry and the values, in order; `null` when the anchor was not there.
 */
export async function gather(
  client: Client,
  { entryKey, stamps }: Gathered,
  anchor: string,
): Promise<readonly unknown[] | null> {
  const patterns = [`${entryKey}*`, ...(stamps.patterns ?? [])]
  const values = await readShared(client, anchor, { patterns, strings: stamps.apart })
  if (!values) return null
  return stamps.apart.length === 0 ? values.ofPatterns : inOrder(stamps, values)
}

/** The entry, then the values in the order of the keys. */
function inOrder({ keys }: StampKeys, { ofPatterns, ofStrings }: Values): readonly unknown[] {
  const values = [ofPatterns[0]]
  let [at, atString] = [1, 0]
  for (const { fields } of keys) {
    if (fields.length === 0) values.push(ofStrings[atString++])
    for (let i = 0; i < fields.length; i += 1) values.push(ofPatterns[at++])
  }
  return values
}

/** Whether patterns stand for these keys: they are not given the prefix of a client, and hold no star before that at their end. */
export function mayGather(client: Client, { entryKey, stamps }: Gathered): boolean {
  return !client.options.keyPrefix && stamps.patterns !== null && !entryKey.includes('*')
}
