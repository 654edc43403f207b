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
  const { patterns, apart } = stamps
  return readShared(client, anchor, { first: entryKey, patterns: patterns ?? [], strings: apart }).then(
    (read) => read && { text: read.first, values: apart.length === 0 ? read.ofPatterns : inOrder(stamps, read) },
  )
}

function inOrder({ keys }: StampKeys, { ofPatterns, ofStrings }: Values): readonly unknown[] {
  const values: unknown[] = []
  let [at, atString] = [0, 0]
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
