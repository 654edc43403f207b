import type { Row } from '../../analysis/pending/pending-write.ts'
import { tagsOfLookup, type UniqueLookup } from '../../analysis/unique-lookup.ts'
import type { Stamp, StampTag } from '../../core/store.ts'
import type { ValuesTag } from '../../core/tags.ts'
import type { RowFacts } from './row-facts.ts'

/** A row as it is, and the stamp that tells whether it still is. */
export interface Base {
  /** `null`: there is none. */
  readonly row: Row | null
  /** Of that row. */
  readonly facts: RowFacts | null
  readonly guard: ValuesTag
  readonly stamp: Stamp
  /** Of the model and of the kind of lookups, when the row was read: nobody may have dropped them since. */
  readonly root: Stamp
  readonly shape: Stamp
  /**
   * Until when it may be used without asking the database, by the clock of this process: its TTL since it came from there. Writes do not
   * prolong it, or a row that is written all the time would never show what others did to it past the plugin.
   */
  readonly freshUntilMs: number
}

/** The tags of a lookup, in the order in which {@link Base} has their stamps. */
export function tagsOfBase(model: string, lookup: UniqueLookup): readonly StampTag[] {
  return [{ kind: 'root', model }, ...tagsOfLookup(lookup)]
}
