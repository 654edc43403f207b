import type { Clock } from '../../core/clock.ts'
import type { MakeNonce } from '../../core/nonce.ts'
import { preciseShapesMax, type Stamp, shapesMax } from '../../core/store.ts'

/** What can be asked of a shape. */
interface ShapeTag {
  readonly kind: 'shape' | 'mark'
  readonly shape: string
}

/** The shapes of one model in this process: the same rules as in Redis, so that one contract holds for both. */
export interface ShapeRegistry {
  ids(): readonly string[]
  stamp(tag: ShapeTag): Stamp | null
  /** Registers the shape. `null` when there is no room for it; of a shape that is not registered there is no mark. */
  obtain(tag: ShapeTag, retainMs: number): Stamp | null
  remove(tag: ShapeTag): void
  /** Gives a shape that is registered, and has no stamp, this one. */
  renew(shape: string, stamp: Stamp): void
}

interface Registered {
  shape: Stamp | null
  mark: Stamp | null
  /** Until when entries of it may live. */
  untilMs: number
}

export function createShapeRegistry({ clock, makeNonce }: { clock: Clock; makeNonce: MakeNonce }): ShapeRegistry {
  const registered = new Map<string, Registered>()
  /** The same list until there are others. */
  let ids: readonly string[] | null = null

  /** Without the shapes that nobody has used for as long as their entries live; they are forgotten, with their stamps. */
  function inUse(): ReadonlyMap<string, Registered> {
    const nowMs = clock.nowMs()
    for (const [id, { untilMs }] of registered) {
      if (untilMs >= nowMs) continue
      registered.delete(id)
      ids = null
    }
    return registered
  }

  function register(id: string, retainMs: number): Registered | null {
    const untilMs = clock.nowMs() + retainMs
    const known = registered.get(id)
    if (known) {
      known.untilMs = Math.max(known.untilMs, untilMs)
      return known
    }
    // One that pins at most one column and tells no others apart is never refused: there are only so many columns.
    const isCoarse = id.endsWith('|*')
    const isSimple = isCoarse && !id.includes(',')
    if (!isSimple && inUse().size >= (isCoarse ? shapesMax : preciseShapesMax)) return null
    const made = { shape: null, mark: null, untilMs }
    registered.set(id, made)
    ids = null
    return made
  }

  return {
    ids() {
      const inUseNow = inUse()
      ids ??= [...inUseNow.keys()]
      return ids
    },
    stamp: ({ kind, shape }) => registered.get(shape)?.[kind] ?? null,
    obtain({ kind, shape }, retainMs) {
      const found = kind === 'shape' ? register(shape, retainMs) : registered.get(shape)
      if (!found) return null
      found[kind] ??= makeNonce()
      return found[kind]
    },
    remove({ kind, shape }) {
      const found = registered.get(shape)
      if (found) found[kind] = null
    },
    renew(shape, stamp) {
      const found = registered.get(shape)
      if (found) found.shape ??= stamp
    },
  }
}
