import { positionOfAside } from '../../core/pending-names.ts'
import type { AcceptGroup, AcceptRow, AsideWrite, Settled } from '../../core/pending-store.ts'
import type { ValuesTag } from '../../core/tags.ts'
import { nameOf } from '../../core/values-name.ts'
import type { Client } from './client.ts'
import type { Keys, PendingKeys } from './keys.ts'
import { loadScript, run } from './script.ts'

const scripts = {
  accept: loadScript('accept'),
  settle: loadScript('settle'),
  openGate: loadScript('open-gate'),
  lead: loadScript('lead'),
  setAside: loadScript('set-aside'),
  release: loadScript('release'),
}

/** `[word, ...]` as `accept.lua` returns it. */
export async function accept(
  client: Client,
  { server, nonce, group, keys }: { server: string; nonce: string; group: AcceptGroup; keys: Keys },
): Promise<readonly string[]> {
  const { model, number } = group.partition
  const { state, marks, gates, stream } = keys.pending(model)
  const named = [keys.model(model), state, marks, gates, stream(number)]
  const { partitions, backlogMax, isWhole, none, root, shapes } = group
  const args = [server, nonce, partitions, backlogMax, isWhole ? '1' : '0', none, root, shapes.length]
  for (const { shape, stamp } of shapes) args.push(`stamp ${shape}`, stamp)
  for (const row of group.rows) addRow(row, keys, named, args)
  return (await run(client, scripts.accept, named, args)) as string[]
}

/** @param named the keys so far. */
function addRow({ held, answers, writes }: AcceptRow, keys: Keys, named: string[], args: (string | number)[]): void {
  // Nearly always the row was known by a lookup that finds it.
  const place = held ? answers.findIndex(({ guard }) => nameOf(guard) === nameOf(held.guard)) : -1
  if (held && place < 0) named.push(keys.values(held.guard))
  args.push(held?.stamp ?? '', place + 1, answers.length)
  for (const { guard, isNew, guardFresh, key, text, retainMs } of answers) {
    named.push(keys.values(guard), keys.entry(key))
    args.push(nameOf(guard), isNew ? '1' : '0', guardFresh, Math.ceil(retainMs), text ?? '')
  }
  args.push(writes.length)
  for (const write of writes) args.push(write)
}

/** Resolves to the places of entries that were not there. */
export async function settle(
  client: Client,
  { state, marks, aside, stream }: PendingKeys,
  { number, settled }: { readonly number: number; readonly settled: readonly Settled[] },
): Promise<readonly number[]> {
  const entries = settled.flatMap(({ id, life, writes, names }) => [id, life, writes, names])
  return (await run(client, scripts.settle, [state, marks, aside, stream(number)], [number, ...entries])) as number[]
}

export function keysOf(guards: readonly ValuesTag[], keys: Keys): string[] {
  return guards.map(keys.values)
}

export async function openGate(client: Client, { gates }: PendingKeys, id: string, leaseMs: number): Promise<void> {
  await run(client, scripts.openGate, [gates], [id, Math.ceil(leaseMs)])
}

export interface Lead {
  readonly token: string
  readonly leaseMs: number
  readonly how: 'take' | 'keep'
}

export async function lead(client: Client, key: string, { token, leaseMs, how }: Lead): Promise<boolean> {
  return (await run(client, scripts.lead, [key], [token, Math.ceil(leaseMs), how])) === 'LEADING'
}

export interface SetAside {
  readonly model: string
  readonly number: number
  readonly token: string
  readonly write: AsideWrite
}

export async function setAside(client: Client, keys: Keys, { model, number, token, write }: SetAside) {
  const { id, row, failure, guards } = write
  const { lead, dead, aside, parked, marks } = keys.pending(model)
  const { entry } = positionOfAside(id)
  return await run(
    client,
    scripts.setAside,
    [lead(number), dead, aside, parked(row), marks, ...keysOf(guards, keys)],
    [token, row, id, write.write, failure ?? '', entry, ...guards.map(nameOf)],
  )
}

export interface Release {
  readonly model: string
  readonly row: string
  readonly id: string
  readonly fate: 'retried' | 'discarded'
  readonly guards: readonly ValuesTag[]
  readonly server: string
  readonly nonce: string
  readonly partitions: number
  /** By the number of partitions. */
  readonly number: number
}

export async function release(client: Client, keys: Keys, ask: Release) {
  const { model, row, id, fate, guards, server, nonce, partitions, number } = ask
  const { dead, parked, state, stream, marks, gates } = keys.pending(model)
  const named = [dead, parked(row), state, stream(number), marks, gates, keys.model(model), ...keysOf(guards, keys)]
  const names = guards.map(nameOf)
  return await run(client, scripts.release, named, [row, id, fate, server, nonce, partitions, ...names])
}
