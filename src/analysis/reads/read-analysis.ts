import type { Dependency, Shape } from '../../core/tags.ts'
import type { LateUse } from './late-use.ts'
import type { ClientView, Place } from './rows.ts'
import type { Widening } from './widening.ts'

/** A call on a model, as the client receives it. */
export interface Operation {
  readonly model: string
  /** `findMany`, `update`, ... */
  readonly operation: string
  readonly args: unknown
}

export interface ReadOptions {
  readonly client: ClientView
  /** The relations that a fluent call unpacks. */
  readonly unpacked: readonly string[]
  /** Views whose changes are declared, so that they can be cached. */
  readonly knownViews: ReadonlySet<string>
  readonly listener?: ReadListener | undefined
}

/** Hears how the analysis comes to its result; for people, not for programs. */
export interface ReadListener {
  /** The arguments at this place make the answer depend on a shape. */
  depends(model: string, shape: Shape, place: Place): void
  /** Something there is coarser than it might be. */
  coarser(place: Place, reason: string): void
}

export type ReadAnalysis =
  | {
      readonly kind: 'known'
      /** What the answer depends on that the arguments tell, one per model. */
      readonly dependencies: readonly Dependency[]
      /** What it depends on that only the result tells. */
      readonly late: readonly LateUse[]
      /** What has to be asked for so that the result tells it. */
      readonly widenings: readonly Widening[]
    }
  /** Must not be cached. */
  | { readonly kind: 'unknown'; readonly reason: string }
