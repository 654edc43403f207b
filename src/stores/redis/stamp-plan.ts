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

/** Plans are made once for each list of tags, which therefore must not change. */
export function createStampPlans(names: Keys): (tags: readonly StampTag[]) => StampPlan {
  const plans = new WeakMap<readonly StampTag[], StampPlan>()
  return (tags) => {
    let plan = plans.get(tags)
    if (!plan) {
      plan = planStamps(tags, names)
      plans.set(tags, plan)
    }
    return plan
  }
}

function planStamps(tags: readonly StampTag[], names: Keys): StampPlan {
  const fieldsOf = new Map<string, string[]>()
  const located = tags.map((tag) => {
    const key = keyOf(tag, names)
    const fields = fieldsOf.get(key) ?? []
    fieldsOf.set(key, fields)
    const field = fieldOf(tag)
    return { key, field: field === null ? 0 : fields.push(field) - 1, isRoot: tag.kind === 'root' }
  })
  const roots = new Set(tags.flatMap((tag) => (tag.kind === 'root' ? [tag.model] : [])))
  const switches = [...roots].map((model) => {
    const key = names.model(model)
    return { key, field: fieldsOf.get(key)!.push(offField) - 1, model }
  })
  const starts = new Map<string, number>()
  let values = 0
  for (const [key, fields] of fieldsOf) {
    starts.set(key, values)
    values += Math.max(fields.length, 1)
  }
  return {
    stamps: stampKeys([...fieldsOf].map(([key, fields]) => ({ key, fields }))),
    places: located.map(({ key, field, isRoot }) => ({ value: starts.get(key)! + field, isRoot })),
    switches: switches.map(({ key, field, model }) => ({ value: starts.get(key)! + field, model })),
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
      return names.values(tag.model, tag.shape, tag.values)
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
