import type { ReadInfo } from '../core/client.ts'
import type { RefreshAhead } from '../core/config.ts'
import type { EntryKey, StampTag } from '../core/store.ts'
import type { TagList } from '../core/tag-list.ts'
import type { ValuesTag } from '../core/tags.ts'
import type { ShapeTtl } from './adaptive/adaptive-ttl.ts'
import type { EntryMemory } from './entry-memory.ts'
import type { MissStreak } from './miss-streak.ts'

/** One read, analysed: where its entry lives, what it depends on, and how long it may be used. */
export interface ReadPlan {
  readonly model: string
  readonly operation: string
  /** The model whose rows the result is or holds; `null` where it is anything else. */
  readonly rowsOf: string | null
  readonly key: EntryKey
  /** Everything the result depends on that is known from the arguments. */
  readonly tags: TagList
  /** What has to stand still while tags are obtained that only the result tells; empty when there are none. */
  readonly marks: readonly StampTag[]
  /** Every model read. */
  readonly models: readonly string[]
  /** Models of which accepted writes must show in the result. */
  readonly pending: readonly string[]
  /** The guard of the row that answers and shows its own accepted writes; `null` where they must be in the database first. */
  readonly pendingRow: ValuesTag | null
  /** How lookups like this one went. */
  readonly misses: MissStreak
  /** What is remembered of the entries that it finds. */
  readonly memory: EntryMemory
  /** How long the result is fresh; throws what the user's function throws. */
  readonly ttlMs: (result: unknown) => number
  /** Is told of hits and loads where the TTL is chosen by them; else `null`. */
  readonly adaptive: ShapeTtl | null
  /** The age past which this caller does not accept an entry as fresh, whoever filled it; `Infinity` without a wish. */
  readonly freshMaxMs: number
  /** How long after that it accepts a stale one, while that is loaded again. */
  readonly staleMs: number
  /** The same, where the database is out of reach or slow. */
  readonly staleIfErrorMs: number
  /** How long after its TTL an entry is kept. */
  readonly keepMs: number
  readonly refreshAhead: RefreshAhead | null
  /** How long it waits for what is loaded, with and without an entry to serve instead. */
  readonly loadTimeout: { readonly softMs: number; readonly hardMs: number }
  /** How long stamps must live so that an entry of this query outlives none of them. */
  readonly retainMs: number
  /** Loads of the model at a time in this process; `Infinity` for no limit. */
  readonly maxLoads: number
  /** Of an entry that may be stored, as it is stored. */
  readonly maxBytes: number
  /** Whether a result may be stored, or served from the store; throws what the user's function throws. `null`: every one may. */
  readonly validate: ((result: unknown) => boolean) | null
  /** User tags that depend on the result; `null` when there are none. Throws what the user's function throws. */
  readonly userTags: ((result: unknown) => readonly string[]) | null
}

/** Runs the query on the database. May be called more than once, also after the read has been answered. */
export type Load = () => Promise<LoadedRows>

export interface LoadedRows {
  readonly result: unknown
  /** The analysed tags that only the rows tell, and those of the marks on which they rely. */
  readonly late: LateTags
  /** Whether the query might have brought another result at another time, without any write: then nobody else gets it. Default `false`. */
  readonly isDoubtful?: boolean
}

export interface LateTags {
  readonly tags: readonly StampTag[]
  readonly marks: readonly StampTag[]
}

export interface Served {
  readonly result: unknown
  readonly info: ReadInfo
}

/** What events say of a read. */
export function about({ model, operation, key }: ReadPlan) {
  return { model, operation, key: key.digest }
}
