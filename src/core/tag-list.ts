import { type StampTag, tagIds } from './stamp-tags.ts'

/**
 * Tags that are looked up together, again and again, in one order; and what is made of them, once.
 *
 * It is kept in the list itself. In a `WeakMap` by lists that come and go it would cost the garbage collector several times what making it
 * anew costs.
 */
export class TagList {
  readonly list: readonly StampTag[]
  #ids: readonly string[] | undefined
  #text: string | undefined
  #made: { readonly by: unknown; readonly value: unknown } | undefined

  constructor(list: readonly StampTag[]) {
    this.list = list
  }

  /** {@link tagIds} of the tags. */
  get ids(): readonly string[] {
    this.#ids ??= tagIds(this.list)
    return this.#ids
  }

  /** The ids as JSON. */
  get text(): string {
    this.#text ??= JSON.stringify(this.ids)
    return this.#text
  }

  /** What a function makes of the tags; kept for the last one that asked. */
  made<Value>(make: (list: readonly StampTag[]) => Value): Value {
    if (this.#made?.by !== make) this.#made = { by: make, value: make(this.list) }
    return this.#made.value as Value
  }
}
