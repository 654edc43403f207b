import type { EntryKey, Stamp } from './entry-key.ts'
import type { ValuesTag } from './tags.ts'

/**
 * What write-behind asks of a store: writes that are accepted and not in the database yet, in streams.
 *
 * The writes of a model are spread over partitions by row, so that those of one row stand in one stream, in the order of their
 * acceptance. They stay there until they are *settled*: in the database, and made known to every query. As with the rest of the store,
 * every method may reject when it is out of reach.
 */
export interface PendingStore {
  /** One step: each row whose held stamps are current is accepted, the others are left as they were. */
  accept(group: AcceptGroup): Promise<AcceptAnswer>
  /** How many writes of a model are not settled, and the latest of each partition that has any. */
  backlog(model: string): Promise<Backlog>
  /**
   * The oldest writes of a partition, those of entries after `after`: as many entries of the stream as have no more writes than asked for, but
   * one if there is one.
   */
  oldest(partition: Partition, writes: number, after?: string | null): Promise<Page>
  /** The id of the oldest entry of a partition; `null` when nothing waits. */
  first(partition: Partition): Promise<string | null>
  /** Removes what is in the database, and the marks of rows that nothing newer waits for. Idempotent. */
  settle(partition: Partition, settled: readonly Settled[]): Promise<void>

  /** From now on until `leaseMs` from now nothing is accepted on the model. The same id prolongs it. */
  openGate(model: string, id: string, leaseMs: number): Promise<void>
  closeGate(model: string, id: string): Promise<void>

  /** Whether this token leads the partition now; takes the lead where nobody has it, prolongs it where it has. */
  lead(partition: Partition, token: string, leaseMs: number): Promise<boolean>
  /** The same, without taking it: a lead that was lost may have been another's in between. */
  keepLead(partition: Partition, token: string, leaseMs: number): Promise<boolean>
  resign(partition: Partition, token: string): Promise<void>

  /**
   * Puts a refused write aside, or one that waits behind a refused one of its row, if the token still leads; a write that is aside
   * already stays where it is.
   *
   * @returns `not-leading`; or `not-blocked`, when the write to wait behind is there no more.
   */
  setAside(partition: Partition, token: string, write: AsideWrite): Promise<'set-aside' | 'not-leading' | 'not-blocked'>
  deadLetters(model: string): Promise<readonly StoredDeadLetter[]>
  /** Whether one of these rows has a dead letter. */
  isBlocked(model: string, rows: readonly string[]): Promise<boolean>
  /**
   * Appends what was set aside for a row to its stream again, in order; without the refused write itself where that is discarded.
   *
   * @param options the guards of the lookups that find the row, that by its id first.
   * @returns `absent` when there is no such dead letter; `busy` while later writes of the row are in the stream, which have to be
   * flushed first, and while a synchronous write is under way.
   */
  release(
    model: string,
    letter: Pick<StoredDeadLetter, 'id' | 'row'>,
    fate: 'retried' | 'discarded',
    options: { readonly guards: readonly ValuesTag[]; readonly durability: DurabilityLevel },
  ): Promise<'released' | 'absent' | 'busy'>
  /** Whether nobody has called {@link knowServer} on this server since it was started: then it may have lost what was accepted. */
  isNewServer(model: string): Promise<boolean>
  knowServer(model: string): Promise<void>

  /** Asks whoever leads a partition of the model to flush now, in any process. */
  nudge(model: string): Promise<void>
  /** Called with each nudge, and with each settling here or elsewhere. News may get lost. */
  listen(model: string, onNews: (news: PendingNews) => void): () => void

  /** The database that the writes of the model are for: the one given, where nobody has named another before. */
  databaseOf(model: string, database: string): Promise<string>
  /** What the server does to keep what it was given; `null` for a store in this process. */
  durability(): Promise<ServerDurability | null>
}

/** `settled`: the last of the entries of a partition that were. */
export type PendingNews =
  | { readonly kind: 'nudged' }
  | { readonly kind: 'settled'; readonly number: number; readonly entry: string }

export interface Partition {
  readonly model: string
  /** From 0. */
  readonly number: number
}

export interface AcceptGroup {
  readonly partition: Partition
  /** How many partitions there should be; what others began with stays until the backlog is empty. */
  readonly partitions: number
  readonly backlogMax: number
  /** Whether all rows are accepted or none. */
  readonly isWhole: boolean
  /** What the text of an entry ends with that says that there is no row. */
  readonly none: string
  /** Of the model, as every entry here carries them. */
  readonly root: Stamp
  readonly shapes: readonly { readonly shape: string; readonly stamp: Stamp }[]
  readonly rows: readonly AcceptRow[]
  readonly durability: DurabilityLevel
}

export type DurabilityLevel = 'accepted' | 'replicated' | 'fsynced' | 'applied'

export interface AcceptRow {
  /** The stamp by which the row was known; `null` where it need not be known. */
  readonly held: { readonly guard: ValuesTag; readonly stamp: Stamp } | null
  /** The lookups that find the row now, or found it before, and what they answer. */
  readonly answers: readonly PendingAnswer[]
  /** In order, without U+001E. */
  readonly writes: readonly string[]
}

export interface PendingAnswer {
  readonly guard: ValuesTag
  /** Whether the lookup did not find this row before: then nothing else may be stored for it, or pending on it. */
  readonly isNew: boolean
  readonly guardFresh: Stamp
  readonly key: EntryKey
  /** The entry; `null` where it is only invalidated. */
  readonly text: string | null
  /** How long stamp and entry are kept, in milliseconds. */
  readonly retainMs: number
}

export type AcceptAnswer =
  /** `refused`: places in `rows` whose held stamp was not current (`changed`) or that were not free (`taken`). */
  | {
      readonly kind: 'accepted'
      readonly backlog: number
      readonly refused: ReadonlyMap<number, 'changed' | 'taken'>
      /** Whether the server confirmed the durability level in time. */
      readonly isDurable: boolean
    }
  /** Root or shapes are not as given. */
  | { readonly kind: 'changed' }
  /** Synchronous writes are under way, some of them by name: nothing was accepted. */
  | { readonly kind: 'gated'; readonly gates: readonly string[] }
  /** There are `backlogMax` writes: nothing was accepted. */
  | { readonly kind: 'full' }
  /** The model has this many partitions for the time being. */
  | { readonly kind: 'partitioned'; readonly partitions: number }

export interface Backlog {
  readonly writes: number
  readonly partitions: number
  readonly latest: readonly { readonly number: number; readonly entry: string }[]
}

export interface Page {
  /** In order. */
  readonly entries: readonly PendingEntry[]
  /** Whether these were all, when they were read. */
  readonly isLast: boolean
  /** Rows that have a dead letter, and its id. */
  readonly blocked: ReadonlyMap<string, string>
  /** Ids of writes that were set aside, `asideId`. */
  readonly aside: ReadonlySet<string>
}

export interface PendingEntry {
  readonly id: string
  /** Names the life of the server in which it was accepted. */
  readonly life: string
  readonly writes: readonly string[]
}

export interface Settled {
  readonly id: string
  readonly life: string
  readonly writes: number
  /** The names of the lookups that find its rows, with a space between them; each may be there several times. */
  readonly names: string
  /** Of the same lookups; asked for where the entry is not there. */
  readonly guards: () => readonly ValuesTag[]
}

export interface AsideWrite {
  /** `asideId`. */
  readonly id: string
  readonly row: string
  readonly write: string
  /** Why the database refused it; `null` for one that waits behind. */
  readonly failure: string | null
  /** It is confirmed as far as an acceptance is, or the call rejects: a position that was passed does not come back. */
  readonly durability: DurabilityLevel
  /** Of the lookups that found the row while it was pending: they are invalidated. */
  readonly guards: readonly ValuesTag[]
}

export interface StoredDeadLetter {
  readonly id: string
  readonly row: string
  readonly failure: string
  /** The refused write, and those that wait behind it. */
  readonly writes: readonly string[]
}

export interface ServerDurability {
  /** `redis_version`, as numbers. */
  readonly version: readonly number[]
  /** Of `maxmemory-policy`; `null` where the server does not tell. */
  readonly evicts: boolean | null
  readonly hasAof: boolean | null
  readonly fsyncsAlways: boolean | null
  /** Connected now. */
  readonly replicas: number
}
