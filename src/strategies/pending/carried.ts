import type { UniqueLookup } from '../../analysis/unique-lookup.ts'
import { tagId } from '../../core/stamp-tags.ts'
import type { Stamp, Store } from '../../core/store.ts'
import type { Base } from './base.ts'
import type { PendingModel } from './pending-model.ts'
import { tagsOfShape } from './row-facts.ts'

/** Stamps that every row of a model carries: of its root, of the kinds of lookups, and of tags that users gave to all. */
export interface CarriedStamps {
  readonly root: Stamp
  readonly shapes: readonly { readonly shape: string; readonly stamp: Stamp }[]
  ofShape(lookup: UniqueLookup): ShapeStamps
  /** Whether the base was read under these. */
  isOf(base: Base, lookup: UniqueLookup): boolean
}

/** Of one kind of lookups. */
export interface ShapeStamps {
  readonly shape: Stamp
  /** Of {@link tagsOfShape}. */
  readonly entry: readonly Stamp[]
}

export interface Carried {
  /** `null` where the store has no room for the kinds of lookups. */
  stamps(): Promise<CarriedStamps | null>
  /** They may have changed. */
  forget(): void
}

/** Obtained once, and again when the store says that they are others by now. */
export function createCarried(model: PendingModel, store: Store): Carried {
  const { shapes, retainMs } = model.stored
  const tagsByShape = shapes.map(({ id }) => ({ id, tags: tagsOfShape(model, id) }))
  let known: CarriedStamps | null = null

  async function obtain(): Promise<CarriedStamps | null> {
    const byId = new Map(tagsByShape.flatMap(({ tags }) => tags).map((tag) => [tagId(tag), tag]))
    const stamps = await store.obtainStamps([...byId.values()], retainMs)
    if (!stamps.every((stamp) => stamp !== null)) return null
    const obtained = new Map([...byId.keys()].map((id, i) => [id, stamps[i]!]))
    const byShape = new Map(
      tagsByShape.map(({ id, tags }): [string, ShapeStamps] => {
        const entry = tags.map((tag) => obtained.get(tagId(tag))!)
        return [id, { shape: entry.at(-1)!, entry }]
      }),
    )
    const root = obtained.get(tagId({ kind: 'root', model: model.model }))!
    return {
      root,
      shapes: [...byShape].map(([shape, { shape: stamp }]) => ({ shape, stamp })),
      ofShape: ({ shape }) => byShape.get(shape.id)!,
      isOf: (base, lookup) => base.root === root && base.shape === byShape.get(lookup.shape.id)?.shape,
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
