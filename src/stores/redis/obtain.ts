import type { Stamp, StampTag } from '../../core/store.ts'
import type { Tag } from '../../core/tags.ts'
import type { Client } from './client.ts'
import type { Keys } from './keys.ts'
import * as scripts from './scripts.ts'

export interface Obtain {
  readonly identity: string
  readonly retainMs: number
  readonly nonce: string
  readonly keys: Keys
}

/** The stamps of tags, in order: one script per model and per user tag, all sent together. `null` where a shape was refused. */
export async function obtainStamps(client: Client, tags: readonly StampTag[], ask: Obtain): Promise<(Stamp | null)[]> {
  const stamps = new Map<StampTag, Stamp | null>()
  const models = new Set(tags.flatMap((tag) => ('model' in tag ? [tag.model] : [])))
  const ofModel = async (model: string) => {
    const own = tags.filter((tag): tag is Tag => 'model' in tag && tag.model === model)
    const ofKind = <Kind extends Tag['kind']>(kind: Kind) =>
      own.filter((tag): tag is Extract<Tag, { kind: Kind }> => tag.kind === kind)
    const [shapes, marks, values] = [ofKind('shape'), ofKind('mark'), ofKind('values')]
    const [root, ...rest] = await scripts.obtainStamps(client, {
      ...ask,
      modelKey: ask.keys.model(model),
      shapes: shapes.map((tag) => tag.shape),
      marks: marks.map((tag) => tag.shape),
      valueKeys: values.map((tag) => ask.keys.values(model, tag.shape, tag.values)),
    })
    for (const tag of ofKind('root')) stamps.set(tag, root!)
    for (const [i, tag] of [...shapes, ...marks, ...values].entries()) stamps.set(tag, rest[i] || null)
  }
  const ofUser = async (tag: StampTag, name: string) => {
    stamps.set(tag, await scripts.obtainStamp(client, name, ask.nonce, ask.retainMs))
  }
  await Promise.all([
    ...[...models].map(ofModel),
    ...tags.map((tag) => {
      if (tag.kind === 'user') return ofUser(tag, ask.keys.userTag(tag.name))
      if (tag.kind === 'user-mark') return ofUser(tag, ask.keys.userMark)
      return undefined
    }),
  ])
  return tags.map((tag) => stamps.get(tag) ?? null)
}
