import type { Replacement } from '../../core/store.ts'
import type { Tag } from '../../core/tags.ts'
import type { Keys } from './keys.ts'
import type { StoredReplacement } from './scripts.ts'
import { fieldOf } from './stamp-plan.ts'

/** Where the stamps of some tags of one model are: fields of its hash, and keys. */
export function planTouch(tags: readonly Tag[], keys: Keys) {
  const fields: string[] = []
  const valueKeys: string[] = []
  for (const tag of tags) {
    if (tag.kind === 'values') valueKeys.push(keys.values(tag))
    else fields.push(fieldOf(tag)!)
  }
  return { fields, valueKeys }
}

export function planReplacement({ held, guard, key, ...rest }: Replacement, keys: Keys): StoredReplacement {
  return {
    ...rest,
    heldFields: held.flatMap(({ tag, stamp }) => (tag.kind === 'values' ? [] : [[fieldOf(tag)!, stamp] as const])),
    heldValues: held.flatMap(({ tag, stamp }) => (tag.kind === 'values' ? [[keys.values(tag), stamp] as const] : [])),
    guardKey: keys.values(guard),
    guardShape: guard.shape,
    entryKey: keys.entry(key),
  }
}
