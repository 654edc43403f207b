/**
 * One model, one stream, a row or two: the smallest world in which accepted writes can go wrong.
 *
 * A row is the list of the writes that made it, so that one that is missing, doubled, or out of order shows. The types are mutable,
 * for a step changes a copy. A nonce is a text `n1`; which one is of no importance, so states that differ only in that are one.
 */
export type Nonce = string

/** The number of its writer, from 1. */
export type Write = number

/** The writes that made a row, in their order; nobody changes one. */
export type Row = readonly Write[]

export interface Stamps {
  root: Nonce | null
  /** Of all lookups by key: what a write touches that does not know the keys of its rows. */
  shape: Nonce | null
  /** Of one row, its guard; of the lists, theirs. */
  value: Nonce | null
}

export interface Entry {
  data: Row
  held: Stamps
}

export interface Accepted {
  id: number
  /** The life of the stream in which it was accepted: an id means nothing in another one. */
  life: Nonce
  row: number
  write: Write
  isRepeated: boolean
}

/** What the database refused of a row, and what had to wait behind it. */
export interface Blocked {
  poison: Write
  parked: Row
}

export interface Redis {
  /** The life of the server, and of the stream. */
  life: Nonce
  /** The highest id so far. */
  lastId: number
  stream: readonly Accepted[]
  /** By row: the latest accepted write. */
  markers: ({ id: number; life: Nonce } | null)[]
  guards: (Nonce | null)[]
  entries: (Entry | null)[]
  root: Nonce | null
  shape: Nonce | null
  list: Nonce | null
  listEntry: Entry | null
  /** Writers that run synchronously. */
  gates: readonly number[]
  /** Who may move what the database refuses, and the server on which it became that. */
  lease: { by: Nonce; life: Nonce } | null
  blocked: (Blocked | null)[]
  /** Ids of writes in the stream that are no longer to be applied. */
  skip: readonly number[]
}

export interface Database {
  rows: Row[]
  epoch: number
  /** By life: the last id that counts as applied. */
  last: readonly { life: Nonce; id: number }[]
}

/** What should be. */
export interface Truth {
  /** By row: the writes in the order in which they happened, accepted or synchronous. */
  happened: Row[]
  /** By row: what the database refused, and what was accepted behind it. */
  heldBack: Row[]
  /** Acknowledged to their callers, and never lost with the store. */
  acknowledged: readonly Write[]
  lost: readonly Write[]
}

/** See `readers.ts`. */
export interface Reader {
  at: 'idle' | 'waiting' | 'missed' | 'held' | 'loading' | 'loaded'
  /** What it has to see, and what it may not. */
  must: readonly Write[]
  mustNot: readonly Write[]
  /** The barrier: waits until the stream has nothing at or before it. */
  upTo: number
  held: Stamps | null
  data: Row
}

/** See `accepting.ts` and `synchronous.ts`. */
export interface Writer {
  at:
    | 'idle'
    | 'waiting'
    | 'missed'
    | 'held'
    | 'loading'
    | 'ready'
    | 'compared'
    | 'adding'
    | 'resending'
    | 'synchronous'
    | 'gated'
    | 'fencing'
    | 'running'
    | 'committed'
    | 'closed'
    | 'touched'
    | 'dead'
    | 'done'
  upTo: number
  held: Stamps | null
  /** The row as it learned it. */
  data: Row
  /** The guard that its row gets: chosen before it is sent. */
  fresh: Nonce | null
  /** A synchronous one that died, and the root was dropped for it. */
  isOver: boolean
}

/** See `flushers.ts`. */
export interface Flusher {
  at: 'idle' | 'leased' | 'claimed' | 'ready' | 'batch' | 'checked' | 'refused' | 'committed' | 'uncounted' | 'removed'
  lease: Redis['lease']
  epoch: number
  /** What it has read and not dealt with. */
  rest: readonly Accepted[]
  /** What it is settling. */
  done: readonly Accepted[]
  /** As it read them. */
  skip: readonly number[]
  blocked: readonly number[]
  /** One write at a time, since the database refused some. */
  isCareful: boolean
}

/** How often each of these may still happen. */
export interface Budget {
  /** A lease expires while its holder believes in it. */
  expiries: number
  /** A synchronous writer dies. */
  crashes: number
  faults: number
  /** The replica catches up. */
  copies: number
  /** The reply to an acceptance is lost, and the script is sent again. */
  resends: number
  /** The database is lost while a transaction commits. */
  unknowns: number
  /** Somebody mends what the database refuses. */
  mends: number
  retries: number
  discards: number
}

export interface State {
  redis: Redis
  backup: Redis | null
  db: Database
  truth: Truth
  /** Whether the database refuses the writes that are poison. */
  isPoisoned: boolean
  readers: Reader[]
  writers: Writer[]
  flushers: Flusher[]
  /** A retry whose other half is still to be done; only a broken rule leaves one. */
  halfRetried: number | null
  left: Budget
}
