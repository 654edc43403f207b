import type { Stamp, StampTag } from '../../core/store.ts'
import type { Keys } from './keys.ts'
import { type StampKeys, stampKeys } from './scripts.ts'

/** Where the stamps of some tags are: a hash per model for root and shapes, a string for every other. */
export interface StampPlan {
  readonly stamps: StampKeys
  /** Per tag: which of all the values, counted over the keys and their fields. */
  readonly places: readonly { readonly value: number; readonly isRoot: boolean }[]
  /** Per model of which the root is read: whether it is switched off. */
  readonly switches: readonly { readonly value: number; readonly model: string }[]
}

/** The field of a model's hash that is there while its caching is switched off. */
export const offField = 'off'

export function planStamps(tags: readonly StampTag[], names: Keys): StampPlan {
  const keys: { readonly key: string; readonly fields: string[] }[] = []
  const at = tags.map((tag) => {
    const field = fieldOf(tag)
    // Tags that are strings are each in a list once; of those in a hash there are some for each of a few models.
    const key = keyOf(tag, names)
    const known = field === null ? -1 : keys.findIndex((one) => one.key === key)
    const place = known < 0 ? keys.push({ key, fields: [] }) - 1 : known
    return { place, field: field === null ? 0 : keys[place]!.fields.push(field) - 1 }
  })
  const switches: { readonly place: number; readonly field: number; readonly model: string }[] = []
  for (const [i, tag] of tags.entries()) {
    if (tag.kind !== 'root') continue
    const { place } = at[i]!
    switches.push({ place, field: keys[place]!.fields.push(offField) - 1, model: tag.model })
  }
  const starts: number[] = []
  let values = 0
  for (const { fields } of keys) {
    starts.push(values)
    values += Math.max(fields.length, 1)
  }
  const valueAt = ({ place, field }: { readonly place: number; readonly field: number }) => starts[place]! + field
  return {
    stamps: stampKeys(keys),
    places: at.map((one, i) => ({ value: valueAt(one), isRoot: tags[i]!.kind === 'root' })),
    switches: switches.map((one) => ({ value: valueAt(one), model: one.model })),
  }
}

/** A root stamp that was made on another server counts as missing. */
export function readStamps(plan: StampPlan, values: readonly unknown[], identity: string): (Stamp | null)[] {
  return plan.places.map(({ value: place, isRoot }) => {
    const value = values[place]
    if (typeof value !== 'string') return null
    return isRoot && !isOf(identity, value) ? null : value
  })
}

/** Whether it begins with the identity and a colon. */
function isOf(identity: string, root: string): boolean {
  return root[identity.length] === ':' && root.slice(0, identity.length) === identity
}

export function readSwitches({ switches }: StampPlan, values: readonly unknown[]): readonly string[] {
  return switches.flatMap(({ value, model }) => (typeof values[value] === 'string' ? [model] : []))
}

function keyOf(tag: StampTag, names: Keys): string {
  switch (tag.kind) {
    case 'root':
    case 'shape':
    case 'mark':
      return names.model(tag.model)
    case 'values':
      return names.values(tag)
    case 'user':
      return names.userTag(tag.name)
    case 'user-mark':
      return names.userMark
  }
}

/** The field of a model's hash that holds the stamp of a tag; `null` when it is in a key of its own. */
export function fieldOf(tag: StampTag): string | null {
  switch (tag.kind) {
    case 'root':
      return 'root'
    case 'shape':
      return `stamp ${tag.shape}`
    case 'mark':
      return `mark ${tag.shape}`
    default:
      return null
  }
}
