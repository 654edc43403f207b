import type { Stamp, StampTag } from '../../core/store.ts'
import type { Keys } from './keys.ts'

/** The commands that read the stamps of some tags: one HMGET per model, one GET per other stamp. */
export interface StampPlan {
  readonly commands: readonly (readonly [string, ...string[]])[]
  /** Where the stamp of each tag stands in the replies: which reply, and which element of it. */
  readonly places: readonly { readonly reply: number; readonly element: number | null; readonly isRoot: boolean }[]
}

export function planStamps(tags: readonly StampTag[], keys: Keys): StampPlan {
  const commands: [string, ...string[]][] = []
  const hashes = new Map<string, number>()
  const places = tags.map((tag) => {
    if (tag.kind === 'root' || tag.kind === 'shape') {
      let reply = hashes.get(tag.model)
      if (reply === undefined) {
        reply = commands.push(['hmget', keys.model(tag.model)]) - 1
        hashes.set(tag.model, reply)
      }
      // The command's name and key come before its fields.
      const element = commands[reply]!.push(tag.kind === 'root' ? 'root' : `stamp ${tag.shape}`) - 3
      return { reply, element, isRoot: tag.kind === 'root' }
    }
    return { reply: commands.push(['get', nameOf(tag, keys)]) - 1, element: null, isRoot: false }
  })
  return { commands, places }
}

/** A root stamp that was made on another server counts as missing. */
export function readStamps(plan: StampPlan, replies: readonly unknown[], identity: string): (Stamp | null)[] {
  return plan.places.map(({ reply, element, isRoot }) => {
    const value = element === null ? replies[reply] : (replies[reply] as readonly unknown[])[element]
    if (typeof value !== 'string') return null
    return isRoot && !value.startsWith(`${identity}:`) ? null : value
  })
}

function nameOf(tag: Exclude<StampTag, { kind: 'root' | 'shape' }>, keys: Keys): string {
  if (tag.kind === 'values') return keys.values(tag.model, tag.shape, tag.values)
  return tag.kind === 'user' ? keys.userTag(tag.name) : keys.userMark
}
