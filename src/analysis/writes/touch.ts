import type { Pin, Shape, Tag } from '../../core/tags.ts'

/** What an event touches in one shape, for all values that parameters may have. */
export interface Touch {
  readonly shape: Shape
  readonly mark: Tag
  readonly whole: Tag
  /** What the rows had, and what they have, as far as it is known: one list of values each, of the first fields. */
  readonly known: readonly (readonly KnownValue[])[]
}

export interface KnownValue {
  readonly pin: Pin
  /** Of the parameter that stands for it. */
  readonly number: number | undefined
  /** So many of its first characters count; `null`: all. */
  readonly length: number | null
}

/** So many are kept, of some 600 bytes each: kinds of writes, times the shapes of their models. */
const touchesMax = 20_000

/** What patterns touch in the shapes that they have met, of one schema. */
export class Touches {
  readonly #byPattern = new Map<object, Map<Shape, Touch | null>>()
  #kept = 0

  of(pattern: object, shape: Shape, find: () => Touch | null): Touch | null {
    let ofPattern = this.#byPattern.get(pattern)
    const known = ofPattern?.get(shape)
    if (known !== undefined) return known
    if (this.#kept >= touchesMax) {
      this.#byPattern.clear()
      this.#kept = 0
      ofPattern = undefined
    }
    if (!ofPattern) {
      ofPattern = new Map()
      this.#byPattern.set(pattern, ofPattern)
    }
    const found = find()
    ofPattern.set(shape, found)
    this.#kept += 1
    return found
  }
}
