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
  /**
   * Says what one read depends on, or what one write would touch, and why; nothing is sent to the database. Inside `run` the call
   * is given up before it runs, so what follows it there is not reached.
   *
   * @example await prisma.$cache.explain(() => prisma.city.findMany({ where: { countryCode: 'FR' } }))
   * @throws CacheError `EXPLAIN.UNSUPPORTED` for a transaction, and when `run` asks nothing of the client.
   */
  explain(run: () => PromiseLike<unknown>): Promise<Explanation>
  /** Makes every entry that carries one of the tags, or reads one of the models, count as missing. Resolves when it is so. */
  invalidate(what: InvalidateTarget): Promise<void>
  /** Makes every entry of the namespace count as missing. */
  invalidateAll(): Promise<void>
  /**
   * Switches the caching of models off, in every process that shares the store, until {@link enable}: queries that read one of them go to
   * the database, writes go on as ever. Nothing that was cached before is served once it resolves. Without models: of all. Lasts as long as
   * Redis remembers it.
   */
  disable(models?: readonly string[]): Promise<void>
  /** The caching of models goes on, beginning with nothing. Without models: of all. */
  enable(models?: readonly string[]): Promise<void>
  /** Write-behind: resolves when every write accepted before the call is in the database. Resolves at once without one. */
  flush(): Promise<void>
  /** Write-behind: accepted writes that the database refused. */
  readonly deadLetters: DeadLetters
  /** Counters since this plugin was created, in this process. A copy: it does not change afterwards. */
  stats(): CacheStats
}

/** `prisma.$cache.deadLetters`: accepted writes that the database refused. Later writes of such a row wait behind it, in order. */
export interface DeadLetters {
  /** Of one model, or of all. */
  list(model?: string): Promise<readonly DeadLetter[]>
  /** Writes it again, and then what waits behind it, in order. @throws CacheError `WRITE_BEHIND.NO_DEAD_LETTER` */
  retry(id: string): Promise<void>
  /** Gives it up, and writes what waits behind it. @throws CacheError `WRITE_BEHIND.NO_DEAD_LETTER` */
  discard(id: string): Promise<void>
}

export interface DeadLetter {
  /** For `retry` and `discard`. */
  readonly id: string
  readonly model: string
  readonly operation: 'create' | 'update' | 'delete'
  /** What was to be written: the row of a create, else the id of the row and the changes by field. */
  readonly write: unknown
  /** As the database or Prisma names it: a SQLSTATE or `P2025`. */
  readonly code: string
  /** Without values of rows. */
  readonly message: string
  /** When it was refused, by the clock of the process that flushed it. */
  readonly failedAt: Date
  /** Later writes of the same row, which wait behind it. */
  readonly parked: number
}

/** What to invalidate; with both lists, everything that either one names. */
export interface InvalidateTarget {
  /** Tags given by `cacheStrategy.tags` or by `models.<Model>.tags`. */
  readonly tags?: readonly string[]
  /** Model names as in the schema: `['City']`. */
  readonly models?: readonly string[]
  /**
   * `true`: what is invalidated may be served once more to everybody until one process has loaded it again. Default `false`: nothing of
   * it is served again.
   */
  readonly soft?: boolean
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
  /** Why the cache was bypassed, had nothing, or served what is past its time, where that is known: `in a transaction`. */
  readonly reason?: string
}

/** What `$cache.explain` says. */
export type Explanation = ReadExplanation | WriteExplanation

export interface ReadExplanation {
  readonly kind: 'read'
  readonly model: string
  readonly operation: string
  /** Why it goes to the database in any case, in a line; `null` when it is cached. */
  readonly bypass: string | null
  /** A change of any of these invalidates its entry. */
  readonly dependsOn: readonly ExplainedDependency[]
  /** What makes it depend on more than it might, each as `where.name: pins no value`. */
  readonly coarse: readonly string[]
}

/** Some rows of one model, and those columns of them that matter. */
export interface ExplainedDependency {
  readonly model: string
  /**
   * The columns by which the rows are told from others, the steadiest first; `name^2` are the first two characters of one. Empty
   * when any row of the model may matter.
   */
  readonly by: readonly string[]
  /** Their values, one object per combination. Values that only the result tells are not listed: `isLate` says so. */
  readonly values: readonly Readonly<Record<string, string | null>>[]
  readonly isLate: boolean
  /** The columns whose change matters in these rows, beside those in `by`. */
  readonly columns: 'all' | readonly string[]
  /** The parts of the arguments that it comes from: `include.posts`; `''` is the query itself. */
  readonly because: readonly string[]
}

export interface WriteExplanation {
  readonly kind: 'write'
  /** `null` for raw SQL. */
  readonly model: string | null
  readonly operation: string
  /** What it does to rows, as far as the arguments tell. */
  readonly events: readonly ExplainedEvent[]
  /** Which of the queries that are cached now it would invalidate. */
  readonly touches: readonly ExplainedTouch[]
  /** What makes it touch more than it might, each as `Post by authorId: its value before is not known`. */
  readonly coarse: readonly string[]
}

export interface ExplainedEvent {
  readonly model: string
  /** `any`: rows and columns are unknown. */
  readonly kind: 'create' | 'update' | 'delete' | 'any'
  /** The columns of an update. */
  readonly changed: 'all' | readonly string[]
  /** What is certain of the rows before and after. Values that the result will tell read `(returned)`. */
  readonly before: Readonly<Record<string, string | null>>
  readonly after: Readonly<Record<string, string | null>>
  /** `null` where the arguments say it; else `cascade of User`, `alsoChanges of Post`, or what was not understood. */
  readonly cause: string | null
}

/** Some of the queries that are cached now. */
export interface ExplainedTouch {
  readonly model: string
  /** The columns that these queries pin, and which of their columns matter. `null` for every query that reads the model. */
  readonly by: readonly string[] | null
  readonly columns: 'all' | readonly string[]
  /** Those of them that pin these values; empty for all of them. Values that the result will tell read `(returned)`. */
  readonly values: Readonly<Record<string, string | null>>
}

/** Counters of one model. */
export interface ModelStats {
  readonly hits: number
  readonly staleHits: number
  /** Those of them that were served because the database was out of reach or slow (`staleIfError`); who tried to load is a miss besides. */
  readonly staleInstead: number
  readonly misses: number
  readonly bypasses: number
  /** Results that were stored. Who missed need not have waited for it. */
  readonly fills: number
  /** Answers to lookups that writes stored (`write-through`). */
  readonly writtenThrough: number
  /** Writes that were accepted, to be applied later (`write-behind`). */
  readonly accepted: number
  /** Accepted writes that this process applied, whoever accepted them, or that the database refused. */
  readonly applied: number
  /** Batches of them. */
  readonly flushes: number
  /** Accepted writes that the database refused. */
  readonly deadLetters: number
  /** Writes of a `write-behind` model that were made at once. */
  readonly synchronous: number
}

/** What this process saw last of a `write-behind` model. */
export interface WriteBehindGauges {
  /** Writes of the model that waited for the database, in all processes, when one was last accepted here. */
  readonly backlog: number
  /** How long the oldest write of the latest batch here had waited, in milliseconds. */
  readonly lagMs: number
  /** Writes in that batch. */
  readonly batchSize: number
}

/** Counters of this process. All of them only grow. */
export interface CacheStats extends ModelStats {
  /** Calls that invalidated something, by a write or by hand. */
  readonly invalidations: number
  /** Answers that writes did not store because others wrote meanwhile; they were invalidated instead. */
  readonly superseded: number
  /** Queries sent to the database to fill the cache. */
  readonly loads: number
  readonly loadErrors: number
  readonly storeErrors: number
  /** Entries that were found but could not be decoded (served as a miss). */
  readonly undecodable: number
  /** Results that could not be encoded (returned, not stored). */
  readonly uncodable: number
  /** Results that were too large (`maxEntryBytes`: returned, not stored). */
  readonly oversized: number
  /** Results that `validate` refused (not stored, or not served). */
  readonly rejected: number
  /** Writes that went on although the store could not record their intent. */
  readonly weakenedWrites: number
  /** Batches of accepted writes that did not get through at once. */
  readonly flushErrors: number
  /** By model name as in the schema; a model appears once it has been read through the plugin. */
  readonly models: Readonly<Record<string, ModelStats>>
  /** By model: no counters, but what was seen last. */
  readonly writeBehind: Readonly<Record<string, WriteBehindGauges>>
}
