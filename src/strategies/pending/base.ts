import type { Row } from '../../analysis/pending/pending-write.ts'
import { tagsOfLookup, type UniqueLookup } from '../../analysis/unique-lookup.ts'
import type { Stamp, StampTag } from '../../core/store.ts'
import type { ValuesTag } from '../../core/tags.ts'

/** A row as it is, and the stamp that tells whether it still is. */
export interface Base {
  /** `null`: there is none. */
  readonly row: Row | null
  readonly guard: ValuesTag
  readonly stamp: Stamp
  /** Of the model and of the kind of lookups, when the row was read: nobody may have dropped them since. */
  readonly root: Stamp
  readonly shape: Stamp
}

/** The tags of a lookup, in the order in which {@link Base} has their stamps. */
export function tagsOfBase(model: string, lookup: UniqueLookup): readonly StampTag[] {
  return [{ kind: 'root', model }, ...tagsOfLookup(lookup)]
}
