import type { Client } from './client.ts'
import type { StampKeys } from './scripts.ts'
import type { Parts, Values } from './shared-read.ts'

export interface Sought {
  readonly entryKey: string
  readonly stamps: StampKeys
}

/** The text of an entry, and the values in the order of the keys and their fields. */
export interface Gathered {
  readonly text: unknown
  readonly values: readonly unknown[]
}

/** What `readShared` is to read for an entry and its stamps: one command that is not a script, or two in one round trip. */
export function partsOf({ entryKey, stamps }: Sought): Parts {
  return { patterns: [`${entryKey}*`, ...(stamps.patterns ?? [])], strings: stamps.apart }
}

/** What was read for them. */
export function gatheredOf({ stamps }: Sought, read: Values): Gathered {
  return { text: read.ofPatterns[0], values: inOrder(stamps, read) }
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
export function mayGather(client: Client, { entryKey, stamps }: Sought): boolean {
  return !client.options.keyPrefix && stamps.patterns !== null && !entryKey.includes('*')
}
