import { type EntryKey, type Looked, type LookupOptions, nothingPending, type PendingWatch } from '../../core/store.ts'
import { nameOf } from '../../core/values-name.ts'
import { type Client, isCluster } from './client.ts'
import { type Sought, seek } from './gather.ts'
import type { Keys } from './keys.ts'
import { type Found, lookup, type Wanted } from './lookup.ts'
import * as scripts from './scripts.ts'
import { send } from './send.ts'
import type { Guard } from './session.ts'
import { readStamps, readSwitches, type StampPlan } from './stamp-plan.ts'

export interface StoredLookup {
  readonly key: EntryKey
  readonly plan: LookupPlan
  /** Of the server: a root stamp that was made on another one counts as missing. */
  readonly identity: string
  readonly keys: Keys
  readonly guard: Guard
}

/** Where the stamps of tags are, and what is asked for together with an entry: with nearly all tags it is the same one each time. */
export class LookupPlan {
  readonly stamps: StampPlan
  #latest: { readonly key: EntryKey; readonly sought: Sought } | undefined

  constructor(stamps: StampPlan) {
    this.stamps = stamps
  }

  sought(key: EntryKey, keys: Keys): Sought {
    if (this.#latest?.key !== key) this.#latest = { key, sought: seek(keys.entry(key), this.stamps.stamps) }
    return this.#latest.sought
  }
}

/** An entry, the stamps that go with it, and whether accepted writes matter to it: one round trip. */
export function lookEntryUp(
  client: Client,
  { key, plan, identity, keys, guard }: StoredLookup,
  { watch = nothingPending, withAge = true, isLast = false }: LookupOptions = {},
): Promise<Looked> {
  const wanted = { sought: plan.sought(key, keys), withAge, isLast, guard }
  if ('models' in watch && watch.models.length === 0) {
    return lookup(client, wanted, keys.anchor).then((found) =>
      looked(plan.stamps, found, { identity, isPending: false }),
    )
  }
  return lookupWatching(client, wanted, { watch, keys }).then(({ found, isPending }) =>
    looked(plan.stamps, found, { identity, isPending }),
  )
}

function looked(
  plan: StampPlan,
  { entry, values }: Found,
  { identity, isPending }: { readonly identity: string; readonly isPending: boolean },
): Looked {
  return { entry, stamps: readStamps(plan, values, identity), isPending, off: readSwitches(plan, values) }
}

/** With accepted writes looked at as well. */
async function lookupWatching(
  client: Client,
  wanted: Wanted,
  { watch, keys }: { readonly watch: PendingWatch; readonly keys: Keys },
): Promise<{ readonly found: Found; readonly isPending: boolean }> {
  if ('row' in watch) {
    const mark = { key: keys.pending(watch.row.model).marks, fields: [nameOf(watch.row)] }
    const { entryKey, stamps } = wanted.sought
    const sought = seek(entryKey, scripts.stampKeys([...stamps.keys, mark]))
    const found = await lookup(client, { ...wanted, sought }, keys.anchor)
    return { found, isPending: typeof found.values.at(-1) === 'string' }
  }
  const backlogs = readBacklogs(client, watch.models, keys).map((backlog) => wanted.guard(backlog))
  // On one connection they are read first; the nodes of a cluster keep no order.
  if (isCluster(client)) await Promise.all(backlogs)
  const [found, ...writes] = await Promise.all([lookup(client, wanted, keys.anchor), ...backlogs])
  return { found, isPending: writes.some((count) => count > 0) }
}

/** How many writes of each model are accepted and not settled. */
function readBacklogs(client: Client, models: readonly string[], keys: Keys): Promise<number>[] {
  return models.map(async (model) => Number(await send(client, ['hget', keys.pending(model).state, 'backlog'])))
}
