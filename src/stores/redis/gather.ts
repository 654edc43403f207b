import type { Client } from './client.ts'
import type { StampKeys } from './scripts.ts'
import { readShared, type Values } from './shared-read.ts'

export interface Gathered {
  readonly entryKey: string
  readonly stamps: StampKeys
}

/** The text of an entry, and the values in the order of the keys and their fields. */
export interface Gathering {
  readonly text: unknown
  readonly values: readonly unknown[]
}

/**
 * Reads an entry and its stamps in one command that is not a script, or two in one round trip.
 *
 * @param anchor a key for {@link readShared}.
 * @returns `null` when the anchor was not there.
 */
export function gather(client: Client, { entryKey, stamps }: Gathered, anchor: string): Promise<Gathering | null> {
  const patterns = [`${entryKey}*`, ...(stamps.patterns ?? [])]
  return readShared(client, anchor, { patterns, strings: stamps.apart }).then(
    (read) => read && { text: read.ofPatterns[0], values: inOrder(stamps, read) },
  )
}

/** The values of the keys and their fields, without the entry. */
function inOrder({ keys, apart }: StampKeys, { ofPatterns, ofStrings }: Values): readonly unknown[] {
  if (apart.length === 0) return ofPatterns.slice(1)
  const values: unknown[] = []
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
