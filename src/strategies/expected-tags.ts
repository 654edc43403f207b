import { LRUCache } from 'lru-cache'
import type { StampTag } from '../core/store.ts'
import { TagList } from '../core/tag-list.ts'
import type { ReadPlan } from './read-plan.ts'

/**
 * What entries depended on when they were served last, beside the tags of their queries: their stamps are asked for together with the entry,
 * and a hit then takes one round trip and not two. Only a guess: what an entry depends on is what it says.
 */
export interface ExpectedTags {
  /** The tags of the query first, then the others. The same list for the same answer, so that what is made of it can be kept. */
  of(plan: ReadPlan): TagList
  learn(plan: ReadPlan, others: readonly StampTag[]): void
}

/** All lists together. A tag takes some 600 bytes, with all that is made of it: 12 MB at most. */
const tagsMax = 20_000
/** An entry that depends on more asks for them in a second round trip. */
const othersMax = 200

export function createExpectedTags(): ExpectedTags {
  const seen = new LRUCache<string, { readonly own: TagList; readonly all: TagList }>({
    maxSize: tagsMax,
    sizeCalculation: ({ all }) => all.list.length,
  })
  return {
    of({ key, tags, marks }) {
      // Without marks nothing depends on the rows.
      const last = marks.length === 0 ? undefined : seen.get(key.digest)
      return last && (last.own === tags || last.own.text === tags.text) ? last.all : tags
    },
    learn({ key, tags, marks }, others) {
      if (marks.length === 0) return
      if (others.length === 0 || others.length > othersMax) seen.delete(key.digest)
      else seen.set(key.digest, { own: tags, all: new TagList([...tags.list, ...others]) })
    },
  }
}
