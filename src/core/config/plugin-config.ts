import type { CodecChoice } from '../codec.ts'
import type { Duration } from '../duration.ts'
import type { Report } from '../events.ts'

/** How a model is cached. */
export const strategies = ['cache-aside', 'read-through', 'write-through', 'write-behind'] as const

export type Strategy = (typeof strategies)[number]

/** What `ttl` and `tags` functions see: a result that is about to be stored. */
export interface ResultContext {
  readonly result: unknown
  readonly args: unknown
  readonly operation: string
}

/** The configuration as users write it. Durations are seconds, or strings such as `'5m'`. */
export interface PluginConfig<Models extends string = string> {
  /**
   * Where entries live: a `redis://`, `rediss://` or socket path URL, ioredis options, or an ioredis `Redis` or `Cluster`.
   *
   * Default: absent, which means a store inside this process: entries of each client's own, told of the writes of the others.
   */
  readonly redis?: string | object | undefined
  /**
   * Prefix of every Redis key, without spaces and braces. Each database needs its own, unless the adapter shows which one it is
   * (pg, Neon, PlanetScale). Default `'cache'`.
   */
  readonly namespace?: string | undefined
  /** For the models, and the queries on other models, that do not say otherwise. */
  readonly defaults?: DefaultsConfig | undefined
  /** The models to cache, named as in the schema. Writes to all other models are watched all the same. Default `{}`. */
  readonly models?: { readonly [M in Models]?: ModelConfig | undefined } | undefined
  /** How long a writer that crashed may leave stale data. At least 1 s, default `'10s'`. */
  readonly lease?: Duration | undefined
  /** How long one process may load an entry before another takes over. At least 100 ms, default `'3s'`. */
  readonly loadLease?: Duration | undefined
  /** How long a query waits for an entry that another one loads, before it loads for itself. Default `'5s'`. */
  readonly loadWait?: Duration | undefined
  /** How long a command to Redis may take before the query goes on without it. Above 0, default `'200ms'`. */
  readonly commandDeadline?: Duration | undefined
  /**
   * Functions of your database, or of its extensions, that write nothing: `['similarity', 'st_dwithin']`. A raw statement
   * that calls a function which is neither listed here nor built into PostgreSQL is taken to write anything, and
   * invalidates every model. Bare names as the database spells them. Default none.
   */
  readonly readOnlyFunctions?: readonly string[] | undefined
  /**
   * What the database changes by itself when a model is written: by triggers, by rules, or because it is a view of it. For each
   * model a list of others, or of single fields: `{ Post: ['Feed', 'Post.rank'], City: ['CountryStats'] }`.
   *
   * A field of the model itself changes in the rows that were written, a field of another one in any row. A view is cached only
   * if it is named here under every model that it shows. An empty list says that the triggers of a model change nothing
   * else. Default: nothing.
   */
  readonly alsoChanges?: { readonly [M in Models]?: readonly string[] | undefined } | undefined
  /**
   * Looks once, with the first operation, for triggers and rules in the database that `alsoChanges` does not mention, and warns
   * about each. PostgreSQL and CockroachDB only. Default `false`.
   */
  readonly checkTriggers?: boolean | undefined
  /**
   * Looks once, with the first operation, who else may write the tables of cached models: roles other than this client's that may log in,
   * and subscriptions of logical replication. Warns about each model, for what they write is not seen before entries expire. PostgreSQL only.
   * Default `false`.
   */
  readonly checkWriters?: boolean | undefined
  /** For `write-behind` models that do not say: see `models.<Model>.acceptLoss`. Default `false`. */
  readonly acceptLoss?: boolean | undefined
  /**
   * How long a query or a synchronous write waits until accepted writes are in the database; then it fails with
   * `WRITE_BEHIND.FLUSH_TIMEOUT`. Default `'30s'`.
   */
  readonly flushDeadline?: Duration | undefined
  /**
   * How long `$disconnect()`, a process that gets SIGTERM, and one that has nothing more to do go on writing accepted writes to the database;
   * what is left then is for other processes. `$disconnect()`, and an end, then wait as long, at most, for what else runs in the background.
   * Default `'10s'`.
   */
  readonly drainDeadline?: Duration | undefined
  readonly memory?: MemoryConfig | undefined
  /** How results become text. Default `'schema'`. */
  readonly codec?: CodecChoice | undefined
  /**
   * Results whose text is at least this many bytes are compressed: less memory and traffic, and more work for each fill and hit. A whole number.
   * Default: none is.
   */
  readonly compressMinBytes?: number | undefined
  /** Called with everything the cache does. What it throws is ignored, and that a promise of it rejects. */
  readonly onEvent?: Report | undefined
}

export interface DefaultsConfig {
  /** Default `'cache-aside'`. */
  readonly strategy?: Strategy | undefined
  /** How long an entry is fresh. Default `'5m'`. */
  readonly ttl?: Duration | AdaptiveTtlConfig | undefined
  /** How long after its TTL an entry may be served while it is loaded again. Default 0. */
  readonly staleWhileRevalidate?: Duration | undefined
  /** See `models.<Model>.staleIfError`. Default 0. */
  readonly staleIfError?: Duration | undefined
  /** See `models.<Model>.refreshAhead`. Default `false`. */
  readonly refreshAhead?: RefreshAheadConfig | undefined
  /** See `models.<Model>.loadTimeout`. Default none. */
  readonly loadTimeout?: LoadTimeoutConfig | undefined
  /** See `models.<Model>.maxConcurrentLoads`. Default no limit. */
  readonly maxConcurrentLoads?: number | undefined
  /** See `models.<Model>.maxEntryBytes`. Default 4 MiB. */
  readonly maxEntryBytes?: number | undefined
}

/**
 * A TTL for rows that other programs write, too: chosen for every kind of query (which columns it looks for, and which it shows) by how
 * often its results are read and how often they turn out to have changed without a write that the cache knows of. Each process learns
 * for itself, begins with `min`, and forgets half of what it has seen after `max / (4 * staleShare)`.
 */
export interface AdaptiveTtlConfig {
  readonly adaptive: {
    /** At least 1 ms. */
    readonly min: Duration
    readonly max: Duration
    /**
     * Of all reads of the model, how many may be answered with what others have changed, without what `staleWhileRevalidate` serves: an aim,
     * 0.001 to 0.5. Default 0.01.
     */
    readonly staleShare?: number | undefined
  }
}

/**
 * When a hit has its entry loaded again before its time is over, in the background and by one process.
 *
 * - a number between 0 and 1: past this part of its TTL, `0.8`.
 * - `{ beta: 1 }`: at random, the more likely the longer the query takes and the nearer the end is (XFetch). A `beta` above 1 loads earlier,
 *   one below 1 later. Source: Vattani, Chierichetti, Lowenstein, "Optimal Probabilistic Cache Stampede Prevention", VLDB 2015.
 * - `false`: never.
 */
export type RefreshAheadConfig = number | false | { readonly beta: number }

/** How long a query waits that found nothing fresh, whoever loads it. What has been sent to the database goes on, and is stored. */
export interface LoadTimeoutConfig {
  /** After that it is answered with an entry within `staleIfError`, if there is one. */
  readonly soft?: Duration | undefined
  /** After that it fails with `LOAD.TIMEOUT`, unless there is such an entry. */
  readonly hard?: Duration | undefined
}

export interface ModelConfig<Context = ResultContext> {
  /** Default: that of `defaults`, else `'cache-aside'`. */
  readonly strategy?: Strategy | undefined
  /** How long an entry is fresh; may depend on the result. Default: that of `defaults`, else `'5m'`. */
  readonly ttl?: Duration | AdaptiveTtlConfig | ((context: Context) => Duration) | undefined
  /** How long after its TTL an entry may be served while it is loaded again. Default: that of `defaults`, else 0. */
  readonly staleWhileRevalidate?: Duration | undefined
  /**
   * How long after its TTL an entry may be served when the database is out of reach, or does not answer within `loadTimeout`; an error of
   * the query itself is told as ever. Nothing that was invalidated is served. Default: that of `defaults`, else 0.
   */
  readonly staleIfError?: Duration | undefined
  /** Whether, and when, a hit has its entry loaded again before its TTL is over. Default: that of `defaults`, else `false`. */
  readonly refreshAhead?: RefreshAheadConfig | undefined
  /** How long a query waits for the database. Default: that of `defaults`, else as long as it takes. */
  readonly loadTimeout?: LoadTimeoutConfig | undefined
  /**
   * How many queries of the model this process sends to fill the cache at a time; of the others, the one comes next for which readers
   * together have waited longest, those aside whose `loadTimeout.hard` is near. At least 1. Default: that of `defaults`, else no limit.
   */
  readonly maxConcurrentLoads?: number | undefined
  /**
   * Larger results are returned and not stored, and the event `oversized` tells: whoever reads a large entry stalls its process while it
   * is decoded. At least 1. Default: that of `defaults`, else 4 MiB.
   */
  readonly maxEntryBytes?: number | undefined
  /**
   * Whether a result may be stored, and one that was stored may be served; asked each time. What it refuses, or where it throws, is loaded
   * again and returned without being stored. It is shown a copy. For `read-through`, `write-through` and `write-behind`, lookups
   * by a key show it the row as it is stored. Default: every result may.
   */
  readonly validate?: ((context: Context) => boolean) | undefined
  /** Names for entries, to invalidate them by: at most 64, each 1 to 128 characters. May depend on the result. Default none. */
  readonly tags?: readonly string[] | ((context: Context) => readonly string[]) | undefined
  /**
   * Fields that stored rows lack, because they are large: Json, Bytes, long text. A lookup that shows one goes to the database. Not
   * for `cache-aside`, which stores what each query asks for. Default none.
   */
  readonly exclude?: readonly string[] | undefined
  /** How writes are gathered; this and all that follow for `write-behind` alone. */
  readonly batch?: BatchConfig | undefined
  /**
   * What a write must have survived before it is acknowledged. Default `'accepted'`.
   *
   * - `'accepted'`    Redis has it in memory, and on disk as often as its `appendfsync` says.
   * - `'replicated'`  a replica has it too (`WAIT`).
   * - `'fsynced'`     it is on the disk of Redis (`WAITAOF`, or `appendfsync always`).
   * - `'applied'`     it is in the database.
   */
  readonly durability?: Durability | undefined
  /**
   * `true` says that accepted writes may get lost: in a Redis that evicts or writes nothing to disk, or in this process where there is no
   * Redis. Without it such a model refuses its writes. Default: that of the whole configuration, else `false`.
   */
  readonly acceptLoss?: boolean | undefined
  /**
   * What queries other than lookups by a unique key do while accepted writes of the model wait: `'flush'` has them written first,
   * `'stale'` answers without them. Default `'flush'`.
   */
  readonly pendingReads?: PendingReads | undefined
  /** Past so many accepted writes that wait, in all processes, further ones go to the database at once. At least 1, default 100,000. */
  readonly backlogMax?: number | undefined
  /** In how many streams its writes are spread, each of which one process at a time writes to the database. 1 to 64, default 1. */
  readonly partitions?: number | undefined
  /**
   * How many values of an autoincrement id are taken from the database's sequence at once, for rows that are created without one; what a
   * process does not use is lost to gaps. 0: such rows go to the database at once. PostgreSQL only. Default 100.
   */
  readonly sequenceBlock?: number | undefined
}

export const durabilities = ['accepted', 'replicated', 'fsynced', 'applied'] as const

export type Durability = (typeof durabilities)[number]

export const pendingReads = ['flush', 'stale'] as const

export type PendingReads = (typeof pendingReads)[number]

export interface BatchConfig {
  /** Writes in one batch, from 1 to 10,000. Default 500. */
  readonly maxSize?: number | undefined
  /** How long a write waits for others. Default `'200ms'`. */
  readonly maxDelay?: Duration | undefined
}

/** Limits of the store inside this process. */
export interface MemoryConfig {
  /** Bytes of entries, at least 1. Default 64 MiB. */
  readonly maxBytes?: number | undefined
}
