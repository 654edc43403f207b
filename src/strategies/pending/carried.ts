import type { UniqueLookup } from '../../analysis/unique-lookup.ts'
import { tagId } from '../../core/stamp-tags.ts'
import type { Stamp, StampTag, Store } from '../../core/store.ts'
import type { Base } from './base.ts'
import type { PendingModel } from './pending-model.ts'

/** Stamps that every row of a model carries: of its root, of the kinds of lookups, and of tags that users gave to all. */
export interface CarriedStamps {
  readonly root: Stamp
  readonly shapes: readonly { readonly shape: string; readonly stamp: Stamp }[]
  /** By tag id: all that the entry of a lookup depends on, but for its own values. */
  forEntry(lookup: UniqueLookup): Readonly<Record<string, Stamp>>
  /** Whether the base was read under these. */
  isOf(base: Base, lookup: UniqueLookup): boolean
}

export interface Carried {
  /** `null` where the store has no room for the kinds of lookups. */
  stamps(): Promise<CarriedStamps | null>
  /** They may have changed. */
  forget(): void
}

/** Obtained once, and again when the store says that they are others by now. */
export function createCarried({ model, stored: { shapes, fixedTags, retainMs } }: PendingModel, store: Store): Carried {
  const root: StampTag = { kind: 'root', model }
  const ofShapes = shapes.map(({ id }): StampTag => ({ kind: 'shape', model, shape: id }))
  const tags = [root, ...ofShapes, ...fixedTags.map((name): StampTag => ({ kind: 'user', name }))]
  let known: CarriedStamps | null = null

  async function obtain(): Promise<CarriedStamps | null> {
    const stamps = await store.obtainStamps(tags, retainMs)
    if (!stamps.every((stamp) => stamp !== null)) return null
    const [rootStamp, ...others] = stamps
    const byShape = new Map(shapes.map(({ id }, i) => [id, others[i]!]))
    const users = fixedTags.map((name, i) => [tagId({ kind: 'user', name }), others[shapes.length + i]!] as const)
    const always = { [tagId(root)]: rootStamp!, ...Object.fromEntries(users) }
    const entries = new Map(
      [...byShape].map(([id, stamp]) => [id, { ...always, [tagId({ kind: 'shape', model, shape: id })]: stamp }]),
    )
    return {
      root: rootStamp!,
      shapes: [...byShape].map(([shape, stamp]) => ({ shape, stamp })),
      forEntry: ({ shape }) => entries.get(shape.id)!,
      isOf: (base, lookup) => base.root === rootStamp && base.shape === byShape.get(lookup.shape.id),
    }
  }

  return {
    async stamps() {
      known ??= await obtain()
      return known
    },
    forget() {
      known = null
    },
  }
}
