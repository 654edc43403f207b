import type { CodecChoice } from '../codec.ts'
import type { Report } from '../events.ts'
import type { Durability, PendingReads, ResultContext, Strategy } from './plugin-config.ts'

/** The configuration as the code reads it: parsed once, frozen, nothing optional. */
export interface CacheConfig {
  /** A URL or socket path, ioredis options or an ioredis client; `null` for the store inside this process. */
  readonly redis: string | object | null
  readonly namespace: string
  readonly defaults: CacheDefaults
  /** By model name; has no prototype, so that no name finds anything but a model. */
  readonly models: Readonly<Record<string, CachedModel>>
  readonly leaseMs: number
  readonly loadLeaseMs: number
  readonly loadWaitMs: number
  readonly commandDeadlineMs: number
  /** Bare names, as the database spells them. */
  readonly readOnlyFunctions: ReadonlySet<string>
  /** By model name: what else changes with it. */
  readonly alsoChanges: ReadonlyMap<string, readonly AlsoChanged[]>
  readonly checkTriggers: boolean
  readonly checkWriters: boolean
  readonly flushDeadlineMs: number
  readonly drainDeadlineMs: number
  readonly memory: { readonly maxBytes: number }
  readonly codec: CodecChoice
  /** `Infinity` where nothing is compressed. */
  readonly compressMinBytes: number
  /** Never throws. `null` where nobody listens. */
  readonly onEvent: Report | null
}

/** A whole model, or one field of it. */
export interface AlsoChanged {
  readonly model: string
  readonly field: string | null
}

export interface CacheDefaults extends Freshness, LoadLimits {
  readonly strategy: Strategy
  readonly ttl: Exclude<Ttl, { kind: 'computed' }>
}

/** How long entries are fresh. */
export type Ttl =
  | { readonly kind: 'fixed'; readonly ms: number }
  /** Throws what the user's function throws, and `CONFIG.INVALID` when it returns something that is no duration. */
  | { readonly kind: 'computed'; readonly msOf: (context: ResultContext) => number }
  /** Chosen so that of all reads no more than this share, between 0 and 1, are answered with what others have changed. */
  | { readonly kind: 'adaptive'; readonly minMs: number; readonly maxMs: number; readonly staleShare: number }

export interface LoadLimits {
  /** `Infinity` where there is no limit. */
  readonly maxConcurrentLoads: number
  readonly maxEntryBytes: number
}

/** What is served while an entry is, or becomes, too old. */
export interface Freshness {
  readonly staleWhileRevalidateMs: number
  readonly staleIfErrorMs: number
  /** `null`: never. */
  readonly refreshAhead: RefreshAhead | null
  /** `Infinity` where there is no limit. */
  readonly loadTimeout: { readonly softMs: number; readonly hardMs: number }
}

export type RefreshAhead =
  /** Of the TTL, between 0 and 1. */
  { readonly kind: 'threshold'; readonly part: number } | { readonly kind: 'xfetch'; readonly beta: number }

export interface CachedModel extends Freshness, LoadLimits {
  readonly strategy: Strategy
  readonly ttl: Ttl
  /** Tags of every entry, without duplicates. */
  readonly fixedTags: readonly string[]
  /**
   * Tags that depend on the result, without duplicates; `null` when none do. Throws what the user's function throws, and
   * `CONFIG.INVALID` when it returns no tags.
   */
  readonly resultTags: ((context: ResultContext) => readonly string[]) | null
  /** `null`: every result may be stored and served. Throws what the user's function throws. */
  readonly validate: ((context: ResultContext) => boolean) | null
  /** Fields that stored rows lack. */
  readonly exclude: ReadonlySet<string>
  readonly batch: { readonly maxSize: number; readonly maxDelayMs: number }
  readonly durability: Durability
  readonly acceptLoss: boolean
  readonly pendingReads: PendingReads
  readonly backlogMax: number
  readonly partitions: number
  readonly sequenceBlock: number
}
