import type { Looked } from '../core/store.ts'

/** What a lookup found. */
export type Found =
  /** `isDue`: it is to be loaded again, though it may be served. The age is `null` where nobody wants to know it. */
  | {
      readonly kind: 'fresh' | 'stale'
      readonly result: unknown
      readonly ageMs: number | null
      readonly isDue: boolean
    }
  /** `stamps` are the current ones of the query's tags; `spare` is what may be served where nothing can be loaded. */
  | { readonly kind: 'missing'; readonly stamps: Looked['stamps']; readonly spare: Spare | null }
  /** The caching of a model that it reads is switched off: nothing is to be served or stored. */
  | { readonly kind: 'off'; readonly stamps: Looked['stamps']; readonly model: string }

/** What a second look finds. That a model is switched off is not told by it. */
export type FoundAgain = Exclude<Found, { kind: 'off' }>

/** An entry that is valid, and too old to be served without need. */
export interface Spare {
  readonly result: unknown
  readonly ageMs: number
}
