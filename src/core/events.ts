/**
 * What the cache reports as it works.
 *
 * `key` is the digest of an entry's key; no event holds arguments or row values. Errors are passed on as they came.
 */
export type CacheEvent =
  | EntryEvent<'hit', { readonly ageMs: number }>
  /** An entry past its time was served: while it is loaded again, or because the database is out of reach (`failed`) or slow. */
  | EntryEvent<'stale', { readonly ageMs: number; readonly why: 'refreshing' | 'failed' | 'slow' }>
  | EntryEvent<'miss'>
  /** The database answered; `loadMs` is how long it took. */
  | EntryEvent<'loaded', { readonly loadMs: number }>
  /** An entry was stored; it is fresh for `ttlMs`. */
  | EntryEvent<'filled', { readonly ttlMs: number }>
  | { readonly kind: 'bypass'; readonly model: string; readonly operation: string; readonly reason: string }
  | EntryEvent<'load-failed', { readonly error: unknown }>
  /** An entry in the store could not be read back; it counts as a miss. */
  | EntryEvent<'undecodable', { readonly error: unknown }>
  /** A result could not be encoded; it was returned and not stored. */
  | EntryEvent<'uncodable', { readonly error: unknown }>
  /** A result was not stored, for it is too large (`maxEntryBytes`). */
  | EntryEvent<'oversized', { readonly bytes: number; readonly maxBytes: number }>
  /** A result was not stored, or not served from the store: `validate` refused it, or threw. */
  | EntryEvent<'rejected', { readonly error?: unknown }>
  /**
   * A write stored answers to lookups of its rows. `superseded` is how many it could not store, because others wrote meanwhile or
   * there was no room: these were invalidated.
   */
  | {
      readonly kind: 'written-through'
      readonly model: string
      readonly stored: number
      readonly superseded: number
    }
  /** Write-behind: writes were accepted. `backlog` is how many of the model wait for the database now. */
  | { readonly kind: 'accepted'; readonly model: string; readonly writes: number; readonly backlog: number }
  /**
   * Write-behind: a batch is in the database. `flushMs` is how long that took, `lagMs` how long its oldest write had waited, by the clocks
   * of Redis and of this process.
   */
  | {
      readonly kind: 'flushed'
      readonly model: string
      readonly writes: number
      readonly flushMs: number
      readonly lagMs: number
    }
  /** Write-behind: a batch did not get through to the database, or the store did not hear of it; it is tried again. */
  | { readonly kind: 'flush-failed'; readonly model: string; readonly error: unknown }
  /** Write-behind: the database refused a write, which waits for somebody to decide: `$cache.deadLetters`. */
  | {
      readonly kind: 'dead-letter'
      readonly model: string
      readonly id: string
      readonly code: string
      readonly error: unknown
    }
  /** Write-behind: a write was not accepted but made at once. */
  | { readonly kind: 'synchronous'; readonly model: string; readonly operation: string; readonly reason: string }
  /** Write-behind: this process ends, and so many accepted writes are left to others. */
  | { readonly kind: 'writes-left'; readonly model: string; readonly writes: number }
  | { readonly kind: 'invalidated'; readonly models: readonly string[] }
  /** The caching of models was switched off, or on again, by this process for all. */
  | { readonly kind: 'switched'; readonly models: readonly string[]; readonly to: 'on' | 'off' }
  /** Writers of these models died, here or elsewhere; what they may have left behind was invalidated. */
  | { readonly kind: 'swept'; readonly models: readonly string[] }
  /** An invalidation failed and will be retried; until then these models are not served from the cache. */
  | { readonly kind: 'invalidation-owed'; readonly models: readonly string[]; readonly error: unknown }
  | { readonly kind: 'store-unavailable'; readonly error: unknown }
  | { readonly kind: 'store-recovered'; readonly downMs: number }
  /** A write went on without its intent recorded: a crash right now would leave stale data until the TTL. */
  | {
      readonly kind: 'weakened-write'
      readonly models: readonly string[]
      readonly reason: string
      readonly error?: unknown
    }
  | { readonly kind: 'warning'; readonly message: string; readonly model?: string; readonly error?: unknown }

/** Receives every {@link CacheEvent}. */
export type Report = (event: CacheEvent) => void

type EntryEvent<Kind extends string, More = unknown> = Kind extends string
  ? { readonly kind: Kind; readonly model: string; readonly operation: string; readonly key: string } & More
  : never
