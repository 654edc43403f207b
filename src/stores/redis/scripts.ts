import { preciseShapesMax, shapesMax } from '../../core/store.ts'
import type { Client } from './client.ts'
import { loadScript, readyRun, run } from './script.ts'
import { sendNow } from './send.ts'

const scripts = {
  lookup: loadScript('lookup'),
  obtainStamps: loadScript('obtain-stamps'),
  obtainStamp: loadScript('obtain-stamp'),
  touch: loadScript('touch'),
  soften: loadScript('soften'),
  intend: loadScript('intend'),
  expiredIntents: loadScript('expired-intents'),
  acquireLease: loadScript('acquire-lease'),
  renewLease: loadScript('renew-lease'),
  releaseLease: loadScript('release-lease'),
}

/** Keys that hold stamps: strings, and hashes with the fields to read. */
export interface StampKey {
  readonly key: string
  /** Empty for a string. */
  readonly fields: readonly string[]
}

/** Keys with stamps, and how they are read in one command. */
export interface StampKeys {
  readonly keys: readonly StampKey[]
  /** For `SORT_RO`; `null` where a pattern would not stand for the key. */
  readonly patterns: readonly string[] | null
  /** Strings that the patterns leave out, because they are many. */
  readonly apart: readonly string[]
}

/** So many strings are read with the rest; a pattern is twice as long as a name. */
const gatheredMax = 3

export function stampKeys(keys: readonly StampKey[]): StampKeys {
  const strings = keys.filter(({ fields }) => fields.length === 0)
  const areApart = strings.length > gatheredMax
  return {
    keys,
    patterns: patternsOf(keys, areApart ? 'hashes' : 'all'),
    apart: areApart ? strings.map(({ key }) => key) : [],
  }
}

/** `<key>*`, or for fields `<key>*-><field>`. */
function patternsOf(keys: readonly StampKey[], which: 'all' | 'hashes'): readonly string[] | null {
  const patterns: string[] = []
  for (const { key, fields } of keys) {
    if (key.includes('*')) return null
    for (const field of fields) patterns.push(`${key}*->${field}`)
    if (fields.length === 0 && which === 'all') patterns.push(`${key}*`)
  }
  return patterns
}

/** A text as `lookup.lua` returns it. */
export function lookup(client: Client, entryKey: string, { keys }: StampKeys): Promise<string> {
  const names = keys.map(({ key }) => key)
  // For each key the number of its fields, and they.
  const args = keys.flatMap(({ fields }) => [fields.length, ...fields])
  return run(client, scripts.lookup, [entryKey, ...names], args) as Promise<string>
}

export interface ObtainStamps {
  readonly modelKey: string
  readonly valueKeys: readonly string[]
  readonly identity: string
  readonly nonce: string
  readonly retainMs: number
  readonly shapes: readonly string[]
  /** Shapes whose marks are wanted. */
  readonly marks: readonly string[]
}

/** `[root, ...shapes, ...marks, ...values]`, as `obtain-stamps.lua` returns them; `''` for what was refused. */
export async function obtainStamps(client: Client, ask: ObtainStamps): Promise<readonly string[]> {
  return (await run(client, scripts.obtainStamps, [ask.modelKey, ...ask.valueKeys], obtainArgs(ask, '', 1))) as string[]
}

/** The keys of an entry and its lease, and who takes that. */
export interface LeaseAndEntry {
  readonly leaseKey: string
  readonly entryKey: string
  readonly token: string
  readonly leaseMs: number
}

/**
 * The stamps as {@link obtainStamps} returns them; milliseconds that the holder of the lease has left, `-1` when it was taken; and the entry.
 * `'off'` where the model is switched off.
 */
export async function beginLoad(
  client: Client,
  ask: ObtainStamps,
  { leaseKey, entryKey, token, leaseMs }: LeaseAndEntry,
) {
  const names = [ask.modelKey, ...ask.valueKeys, leaseKey, entryKey]
  const reply = (await run(client, scripts.obtainStamps, names, obtainArgs(ask, token, leaseMs))) as unknown[]
  if (reply[0] === 'OFF') return 'off'
  const stamps = 1 + ask.shapes.length + ask.marks.length + ask.valueKeys.length
  const [heldMs, remainingMs, text] = reply.slice(stamps)
  return {
    obtained: reply.slice(0, stamps) as string[],
    // A client that was given may be told to return numbers as text.
    ...{ heldMs: Number(heldMs), remainingMs: Number(remainingMs) },
    text: typeof text === 'string' ? text : null,
  }
}

function obtainArgs({ identity, nonce, retainMs, shapes, marks }: ObtainStamps, token: string, leaseMs: number) {
  const bounds = [Math.ceil(retainMs), shapesMax, preciseShapesMax]
  return [identity, nonce, ...bounds, token, Math.ceil(leaseMs), shapes.length, ...shapes, ...marks]
}

export async function obtainStamp(client: Client, key: string, nonce: string, retainMs: number): Promise<string> {
  return (await run(client, scripts.obtainStamp, [key], [nonce, Math.ceil(retainMs)])) as string
}

export interface Soften {
  /** Absent where the key is the stamp itself. */
  readonly field?: string
  /** The same for all stamps of one invalidation. */
  readonly fresh: string
  /** The current stamp is left as it is unless it begins with this. */
  readonly prefix?: string
}

export async function soften(client: Client, key: string, { field = '', fresh, prefix = '' }: Soften): Promise<void> {
  await run(client, scripts.soften, [key], [field, `${prefix}${fresh}`, prefix])
}

/** The shapes registered for a model, and the version that stands for exactly them. */
export interface Registry {
  readonly version: string
  readonly shapes: readonly string[]
}

export interface Touch {
  readonly modelKey: string
  readonly valueKeys: readonly string[]
  readonly version: string
  readonly fields: readonly string[]
  readonly replacements: readonly StoredReplacement[]
}

/** A replacement, by the names of its keys and fields. */
export interface StoredReplacement {
  readonly heldFields: readonly (readonly [field: string, stamp: string])[]
  readonly heldValues: readonly (readonly [key: string, stamp: string])[]
  readonly guardKey: string
  readonly guardFresh: string
  readonly guardShape: string
  readonly shapeFresh: string | null
  readonly retainMs: number
  readonly entryKey: string
  readonly text: string
}

/** The number of replacements that were stored, or the registry that the caller did not know. */
export type Touched = { readonly stored: number } | Registry

export async function touch(client: Client, what: Touch): Promise<Touched> {
  const { keys, args } = wordsOfTouch(what)
  return touched(await run(client, scripts.touch, keys, args))
}

/** {@link touch}, made before it is sent. */
export function readyTouch(what: Touch): (client: Client) => Promise<Touched> {
  const { keys, args } = wordsOfTouch(what)
  const runBy = readyRun(scripts.touch, keys, args)
  return async (client) => touched(await runBy(client))
}

function wordsOfTouch({ modelKey, valueKeys, version, fields, replacements }: Touch) {
  const ofReplacements = replacements.flatMap(({ guardKey, entryKey, heldValues }) => [
    ...[guardKey, entryKey],
    ...heldValues.map(([key]) => key),
  ])
  const args = replacements.flatMap(
    ({ heldFields, heldValues, guardFresh, guardShape, shapeFresh, retainMs, text }) => [
      ...[guardFresh, guardShape, shapeFresh ?? '', Math.ceil(retainMs), text],
      ...[heldFields.length, ...heldFields.flat(), heldValues.length, ...heldValues.map(([, stamp]) => stamp)],
    ],
  )
  return {
    keys: [modelKey, ...valueKeys, ...ofReplacements],
    args: [version, fields.length, ...fields, valueKeys.length, ...args],
  }
}

function touched(reply: unknown): Touched {
  // A client that was given may be told to return numbers as text.
  if (!Array.isArray(reply)) return { stored: Number(reply) }
  const [current, ...shapes] = reply as [string, ...string[]]
  return { version: current, shapes }
}

/**
 * Sends the text of the script, and at once: a write must not reach the database before its intent has left, and it does not wait
 * for an answer that may ask for the text.
 */
export async function intend(client: Client, key: string, leaseMs: number, members: readonly string[]): Promise<void> {
  await sendNow(client, ['eval', scripts.intend.text, 1, key, Math.ceil(leaseMs), ...members])
}

export interface ExpiredIntents {
  readonly identity: string
  readonly leaseMs: number
  /** Whether the process was on another server before. */
  readonly isOther: boolean
  readonly tables: readonly string[]
}

export async function expiredIntents(client: Client, key: string, ask: ExpiredIntents) {
  const args = [ask.identity, Math.ceil(ask.leaseMs), ask.isOther ? '1' : '0', ...ask.tables]
  const [nowMs, ...tables] = (await run(client, scripts.expiredIntents, [key], args)) as [string | number, ...string[]]
  return { nowMs, tables }
}

/** Milliseconds that the holder has left, or `-1` when the lease was taken. */
export async function acquireLease(client: Client, key: string, token: string, leaseMs: number): Promise<number> {
  return Number(await run(client, scripts.acquireLease, [key], [token, Math.ceil(leaseMs)]))
}

export async function renewLease(client: Client, key: string, token: string, leaseMs: number): Promise<boolean> {
  return (await run(client, scripts.renewLease, [key], [token, Math.ceil(leaseMs)])) === 'RENEWED'
}

export async function releaseLease(client: Client, key: string, token: string, outcome: string): Promise<void> {
  await run(client, scripts.releaseLease, [key], [token, key, outcome])
}

export interface Fill {
  readonly leaseKey: string
  readonly token: string
  readonly entryKey: string
  readonly text: string
  readonly retainMs: number
}

/** Stores an entry, and then releases its lease with the outcome `filled`. */
export async function fillAndRelease(client: Client, fill: Fill): Promise<void> {
  const { leaseKey, token, entryKey, text, retainMs } = fill
  const args = [token, leaseKey, 'filled', text, Math.ceil(retainMs)]
  await run(client, scripts.releaseLease, [leaseKey, entryKey], args)
}
