/**
 * What the plugin adds to the client: `$cache`, and `$accelerate` for programs that came from Accelerate.
 *
 * Interfaces and counters only; nothing here knows Prisma.
 */

/** `prisma.$cache`. */
export interface CacheClient {
  /**
   * Runs one read and says where its result came from.
   *
   * Of several reads inside `run`, the last one to finish is described; a `run` that reads nothing cacheable is a `bypass`.
   *
   * @example const { data, info } = await prisma.$cache.withInfo(() => prisma.city.findMany({ where }))
   */
  withInfo<T>(run: () => PromiseLike<T>): Promise<{ data: T; info: ReadInfo }>
  /** Makes every entry that carries one of the tags, or reads one of the models, count as missing. Resolves when it is so. */
  invalidate(what: InvalidateTarget): Promise<void>
  /** Makes every entry of the namespace count as missing. */
  invalidateAll(): Promise<void>
  /** Write-behind: resolves when every write accepted before the call is in the database. Resolves at once without one. */
  flush(): Promise<void>
  /** Counters since this plugin was created, in this process. A copy: it does not change afterwards. */
  stats(): CacheStats
}

/** What to invalidate; with both lists, everything that either one names. */
export interface InvalidateTarget {
  /** Tags given by `cacheStrategy.tags` or by `models.<Model>.tags`. */
  readonly tags?: readonly string[]
  /** Model names as in the schema: `['City']`. */
  readonly models?: readonly string[]
}

/** `prisma.$accelerate`: Accelerate's names and meaning, on this cache. */
export interface AccelerateClient {
  invalidate(what: { readonly tags: readonly string[] }): Promise<void>
  invalidateAll(): Promise<void>
}

/** Where the result of a read came from. */
export interface ReadInfo {
  /** `stale` is past its TTL and served on purpose; `bypass` did not look at the cache. */
  readonly status: 'hit' | 'stale' | 'miss' | 'bypass'
  /** `near` is this process, `store` is Redis or the embedded store. */
  readonly source: 'near' | 'store' | 'database'
  /** Milliseconds since the entry was filled; `null` when the result came from the database. */
  readonly ageMs: number | null
  /** Why the cache was bypassed or had nothing, where that is known: `in a transaction`. */
  readonly reason?: string
}

/** Counters of one model. */
export interface ModelStats {
  readonly hits: number
  readonly staleHits: number
  readonly misses: number
  readonly bypasses: number
  readonly fills: number
}

/** Counters of this process. All of them only grow. */
export interface CacheStats extends ModelStats {
  /** Calls that invalidated something, by a write or by hand. */
  readonly invalidations: number
  /** Queries sent to the database to fill the cache. */
  readonly loads: number
  readonly loadErrors: number
  readonly storeErrors: number
  /** Entries that were found but could not be decoded (served as a miss). */
  readonly undecodable: number
  /** Results that could not be encoded (returned, not stored). */
  readonly uncodable: number
  /** Writes that went on although the store could not record their intent. */
  readonly weakenedWrites: number
  /** By model name as in the schema; a model appears once it has been read through the plugin. */
  readonly models: Readonly<Record<string, ModelStats>>
}
