import type { Client } from './client.ts'
import type { StampKeys } from './scripts.ts'
import { Parts, type Values } from './shared-read.ts'

/** An entry, and stamps. */
export interface Sought {
  readonly entryKey: string
  readonly stamps: StampKeys
  /** What `readShared` is to read for them; `null` where patterns do not stand for the keys. */
  readonly parts: Parts | null
}

/** The text of an entry, and the values in the order of the keys and their fields. */
export interface Gathered {
  readonly text: unknown
  readonly values: readonly unknown[]
}

/** One command that is not a script, or two in one round trip. A pattern has a star at its end, and none before that. */
export function seek(entryKey: string, stamps: StampKeys): Sought {
  const { patterns, apart } = stamps
  const parts = patterns === null || entryKey.includes('*') ? null : new Parts([`${entryKey}*`, ...patterns], apart)
  return { entryKey, stamps, parts }
}

/** Whether the patterns stand for the keys by this client, too: they are not given its prefix. */
export function mayGather(client: Client, sought: Sought): sought is Sought & { readonly parts: Parts } {
  return sought.parts !== null && !client.options.keyPrefix
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
