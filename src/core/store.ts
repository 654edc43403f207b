import type { EntryKey, Stamp } from './entry-key.ts'
import type { PendingStore } from './pending-store.ts'
import type { Soon } from './soon.ts'
import type { StampTag } from './stamp-tags.ts'
import type { TagList } from './tag-list.ts'
import type { Tag, ValuesTag } from './tags.ts'

export type { EntryKey, Stamp } from './entry-key.ts'
export type { StampTag } from './stamp-tags.ts'

/**
 * What the cache asks of a store: entries, stamps, intents and leases.
 *
 * The store keeps them; it decides nothing. Whether an entry is valid, when stamps are obtained and what a write touches is
 * the business of the strategies. Every method may reject when the store is out of reach (`CacheError` `STORE.*`); none
 * waits longer than the command deadline.
 */

export interface StoredText {
  readonly text: string
  /** Until the store drops the entry by itself; measured by the store's own clock. `null` where it was not asked for. */
  readonly remainingMs: number | null
}

export interface Looked {
  readonly entry: StoredText | null
  /** The stamps of the tags asked for, in that order; `null` where there is none. */
  readonly stamps: readonly (Stamp | null)[]
  /** Whether what was watched has writes that are accepted and not settled. */
  readonly isPending: boolean
  /** Models among the tags' whose caching is switched off. */
  readonly off: readonly string[]
}

/** Which accepted writes matter to a lookup: those of the row with this guard, or any of these models. */
export type PendingWatch = { readonly row: ValuesTag } | { readonly models: readonly string[] }

export const nothingPending: PendingWatch = { models: [] }

/** Default: no accepted writes matter, and the remaining time does. */
export interface LookupOptions {
  readonly watch?: PendingWatch
  readonly withAge?: boolean
  /**
   * Whether it must see what the commands before it have done, also where the store has to be told a script again and they run later than they
   * were sent. Default `false`.
   */
  readonly isLast?: boolean
}

/**
 * What a lookup answers now that a write is over.
 *
 * It is stored only if everything that was held before the write is still current, so that of several writers at once none leaves
 * behind what another has written over. The guard then gets a new stamp; else it loses the one it has.
 */
export interface Replacement {
  /** Of the same model: what the entry depends on, the guard among it; or a mark, where its values were not known then. */
  readonly held: readonly { readonly tag: Tag; readonly stamp: Stamp }[]
  /** The values by which other writes find the entry. */
  readonly guard: ValuesTag
  readonly guardFresh: Stamp
  /** A new stamp for the guard's shape, where the write itself touches that as a whole; `null` where it does not. */
  readonly shapeFresh: Stamp | null
  /** How long the new stamp and the entry are kept, in milliseconds. */
  readonly retainMs: number
  readonly key: EntryKey
  readonly text: string
}

export interface Softened {
  readonly models: readonly string[]
  readonly userTags: readonly string[]
}

/** Says which tags a write touches, given the shapes in use on the model. Pure; may be called again with newer shapes. */
export type DecideTouched = (shapesInUse: readonly string[]) => readonly Tag[]

/**
 * Does what `touch` does without replacements, most of it done before. @param decide names the same tags as the one by which it was made, given the
 * same shapes: called if there are others now.
 */
export type ReadyTouch = (decide: DecideTouched) => Promise<number>

export type LeaseAnswer = { readonly kind: 'acquired' } | { readonly kind: 'held'; readonly remainingMs: number }

export interface BeginLoad {
  readonly token: string
  readonly leaseMs: number
  readonly tags: readonly StampTag[]
  readonly retainMs: number
}

export interface BegunLoad {
  readonly lease: LeaseAnswer
  /** Of the tags, in order; `null` for what was refused. */
  readonly stamps: readonly (Stamp | null)[]
  readonly entry: StoredText | null
}

/**
 * What the holder of a lease left behind: an entry; a load that failed; or one that was fine, but a write meanwhile made what it
 * brought unfit to be stored.
 */
export type LoadOutcome = 'filled' | 'failed' | 'outdated'

/** A subscription to the end of one lease. */
export interface LeaseWatch {
  /** Resolves when the lease is released, or with `timeout` after `timeoutMs`. */
  released(timeoutMs: number): Promise<LoadOutcome | 'timeout'>
  close(): Promise<void>
}

/** That a process may be writing a model. */
export interface Intent {
  readonly id: string
  readonly model: string
}

export interface Store {
  readonly kind: 'memory' | 'redis'
  /** Writes that are accepted and not in the database yet. */
  readonly pending: PendingStore

  /**
   * The entry and the current stamps of `tags`. Nothing needs to be atomic, but that what is pending in other models is looked at
   * before the entry is.
   */
  lookup(key: EntryKey, tags: TagList, options?: LookupOptions): Soon<Looked>
  /** Current stamps of `tags`. */
  stamps(tags: readonly StampTag[]): Promise<readonly (Stamp | null)[]>
  /**
   * The stamps of `tags`, created where missing, in order. Also registers the shapes among them, so that writers know them.
   * A stamp lives at least `retainMs` from now, or as long as memory lasts.
   *
   * `null` for a shape, and for what belongs to it, when the model has as many shapes as it may have. The stamps of one model
   * are obtained in one step.
   */
  obtainStamps(tags: readonly StampTag[], retainMs: number): Promise<readonly (Stamp | null)[]>
  /**
   * For who is about to load an entry: takes its lease if nobody holds it, obtains the stamps as `obtainStamps` does, and looks at the
   * entry. One round trip. `'off'`, and nothing is done, where the caching of the entry's model is switched off.
   */
  beginLoad(key: EntryKey, begin: BeginLoad): Promise<BegunLoad | 'off'>
  /**
   * Stores an entry for `retainMs` (more than 0). Replaces what is there. With the token of a lease, then releases that lease
   * with the outcome `filled`: in this order, and without a wait in between.
   */
  fill(key: EntryKey, text: string, retainMs: number, leaseToken?: string): Promise<void>

  /**
   * Removes the stamps of what `decide` names, seeing every shape that was registered before the call, and in the same step stores
   * the replacements whose held stamps were current before. Resolves to how many were: less where others wrote meanwhile, or where
   * there was no room.
   */
  touch(model: string, decide: DecideTouched, replacements?: readonly Replacement[]): Promise<number>
  /** Makes ready what `touch` will do, as far as that is told before. Absent where nothing takes time. */
  readyTouch?(model: string, decide: DecideTouched): ReadyTouch
  /** The shapes that are registered for a model. */
  shapesInUse(model: string): Promise<readonly string[]>
  /** Switches the caching of models off, or on again, for every process, and removes their root stamps. */
  switchModels(models: readonly string[], to: 'on' | 'off'): Promise<void>
  /** Removes the root stamps of models: everything that depends on them is invalid. */
  dropRoots(models: readonly string[]): Promise<void>
  /** Removes the stamps of tags that users named. */
  touchUserTags(names: readonly string[]): Promise<void>
  /**
   * Replaces the stamps of models and of tags that users named by softened ones (`soft-stamps.ts`), which name this call; removes them where
   * there is no room. A stamp that is missing stays so.
   */
  soften(what: Softened): Promise<void>

  /** Records, or renews, intents; who has them is presumed dead after `leaseMs`. */
  intend(intents: readonly Intent[], leaseMs: number): Promise<void>
  /** Removes intents: what was written under them is invalidated. */
  settle(intents: readonly Intent[]): Promise<void>
  /** Drops the root stamps of the models whose intents have expired. Resolves to those models. */
  sweep(leaseMs: number): Promise<readonly string[]>

  acquireLease(key: EntryKey, token: string, leaseMs: number): Promise<LeaseAnswer>
  /** `false` when the lease is no longer held by this token. */
  renewLease(key: EntryKey, token: string, leaseMs: number): Promise<boolean>
  /** Frees the lease if this token still holds it, and wakes those who watch it; those of a lease that the store has lost, too. */
  releaseLease(key: EntryKey, token: string, outcome: LoadOutcome): Promise<void>
  watchLease(key: EntryKey): Promise<LeaseWatch>

  /** Whether a command leaves with its call; else the way to the store has to be opened first. */
  isOpen(): boolean
  /**
   * Whether it was out of reach until a moment ago: other processes that were cut off as well may still owe it invalidations of writes that they
   * have acknowledged, and so nothing that it holds may be served.
   */
  isRecovering(): boolean
  /** Closes what the store opened. A later call opens it again. */
  close(): Promise<void>
}

/**
 * At most this many kinds of queries are told apart per model, beside those that pin one column and no more; a query of another
 * kind depends on a coarser shape.
 */
export const shapesMax = 128
/** Past this many, only shapes that tell no columns apart are registered: they are fewer. */
export const preciseShapesMax = 96
