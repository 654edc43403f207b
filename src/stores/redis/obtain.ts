import type { BegunLoad, EntryKey, LeaseAnswer, Stamp, StampTag, StoredText } from '../../core/store.ts'
import type { Tag } from '../../core/tags.ts'
import type { Client } from './client.ts'
import type { Keys } from './keys.ts'
import * as scripts from './scripts.ts'

export interface Obtain {
  readonly tags: readonly StampTag[]
  readonly identity: string
  readonly retainMs: number
  readonly nonce: string
  readonly keys: Keys
}

/** Of which entry the lease is taken, by whom, and for how long. */
export interface Taking {
  readonly key: EntryKey
  readonly token: string
  readonly leaseMs: number
}

/** The stamps of tags, in order: one script per model and per user tag, all sent together. `null` where a shape was refused. */
export async function obtainStamps(client: Client, ask: Obtain): Promise<(Stamp | null)[]> {
  const stamps = ask.tags.map((): Stamp | null => null)
  await Promise.all([...obtainOfModels(client, byModel(ask.tags), ask, stamps), ...obtainNamed(client, ask, stamps)])
  return stamps
}

/** The same, and takes the lease of an entry and looks at it in the script of the entry's model. */
export async function beginLoad(
  client: Client,
  { key, token, leaseMs }: Taking,
  ask: Obtain,
): Promise<BegunLoad | 'off'> {
  const { tags, keys } = ask
  const stamps = tags.map((): Stamp | null => null)
  const models = byModel(tags)
  const own = models.get(key.model) ?? wantNothing()
  models.delete(key.model)
  const load = { leaseKey: keys.lease(key), entryKey: keys.entry(key), token, leaseMs }
  const [begun] = await Promise.all([
    scripts.beginLoad(client, askOf(key.model, own, ask), load),
    ...obtainOfModels(client, models, ask, stamps),
    ...obtainNamed(client, ask, stamps),
  ])
  if (begun === 'off') return begun
  const { obtained, heldMs, remainingMs, text } = begun
  put(stamps, own, obtained)
  const lease: LeaseAnswer = heldMs < 0 ? { kind: 'acquired' } : { kind: 'held', remainingMs: heldMs }
  const entry: StoredText | null = text === null ? null : { text, remainingMs: Math.max(remainingMs, 0) }
  return { lease, stamps, entry }
}

/** The tags of a model, by kind, and where each stands in the list. */
interface Wanted {
  readonly shapes: string[]
  readonly marks: string[]
  readonly values: Extract<Tag, { kind: 'values' }>[]
  readonly at: {
    readonly roots: number[]
    readonly shapes: number[]
    readonly marks: number[]
    readonly values: number[]
  }
}

function wantNothing(): Wanted {
  return { shapes: [], marks: [], values: [], at: { roots: [], shapes: [], marks: [], values: [] } }
}

function byModel(tags: readonly StampTag[]): Map<string, Wanted> {
  const models = new Map<string, Wanted>()
  for (let i = 0; i < tags.length; i += 1) {
    const tag = tags[i]!
    if (!('model' in tag)) continue
    let wanted = models.get(tag.model)
    if (!wanted) {
      wanted = wantNothing()
      models.set(tag.model, wanted)
    }
    want(wanted, tag, i)
  }
  return models
}

function want({ shapes, marks, values, at }: Wanted, tag: Tag, i: number): void {
  switch (tag.kind) {
    case 'root':
      at.roots.push(i)
      return
    case 'shape':
      shapes.push(tag.shape)
      at.shapes.push(i)
      return
    case 'mark':
      marks.push(tag.shape)
      at.marks.push(i)
      return
    case 'values':
      values.push(tag)
      at.values.push(i)
      return
  }
}

function askOf(
  model: string,
  { shapes, marks, values }: Wanted,
  { identity, nonce, retainMs, keys }: Obtain,
): scripts.ObtainStamps {
  const valueKeys = values.map(keys.values)
  return { modelKey: keys.model(model), valueKeys, identity, nonce, retainMs, shapes, marks }
}

/** What came back goes to where it was asked for. */
function put(stamps: (Stamp | null)[], { at }: Wanted, [root, ...rest]: readonly string[]): void {
  for (const i of at.roots) stamps[i] = root!
  let next = 0
  for (const places of [at.shapes, at.marks, at.values]) {
    for (const i of places) stamps[i] = rest[next++] || null
  }
}

function obtainOfModels(
  client: Client,
  models: ReadonlyMap<string, Wanted>,
  ask: Obtain,
  stamps: (Stamp | null)[],
): Promise<void>[] {
  return [...models].map(async ([model, wanted]) => {
    put(stamps, wanted, await scripts.obtainStamps(client, askOf(model, wanted, ask)))
  })
}

/** Those of tags that users named. */
function obtainNamed(
  client: Client,
  { tags, nonce, retainMs, keys }: Obtain,
  stamps: (Stamp | null)[],
): Promise<void>[] {
  return tags.flatMap((tag, i) => {
    if ('model' in tag) return []
    const name = tag.kind === 'user' ? keys.userTag(tag.name) : keys.userMark
    const obtain = async () => {
      stamps[i] = await scripts.obtainStamp(client, name, nonce, retainMs)
    }
    return [obtain()]
  })
}
