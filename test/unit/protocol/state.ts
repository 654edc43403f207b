/**
 * One row, one query for it, one model: the smallest world in which the protocol can fail.
 *
 * The types are mutable, for a step changes a copy. A nonce is a text `n1`; which one is of no importance, so states that
 * differ only in that are one state (see `model.ts`).
 */
export type Nonce = string

/** Time is counted in sweeps: an intent lives two, and what a dead writer wrote must be seen three after its death. */
export const intentTicks = 2
export const promiseTicks = 3

/** Row versions are numbered by commits, and 0 is the one before all; this one was never committed. */
export const uncommitted = 99

export interface Stamps {
  root: Nonce | null
  shape: Nonce | null
  value: Nonce | null
  /** The mark of the late tags, or of the shape for a writer that does not know the value; `null` where there is none. */
  mark: Nonce | null
  /** Of another key of the row. Entries that depend on it are wrong; only a broken rule makes them. */
  row: Nonce | null
}

export interface Entry {
  data: number
  held: Stamps
  late: Nonce | null
}

export interface Redis {
  identity: Nonce
  /** The hash of the model: root stamp with the server it was made on, the shape with its stamp and mark, the registry's version. */
  root: { by: Nonce; nonce: Nonce } | null
  isRegistered: boolean
  shape: Nonce | null
  rowMark: Nonce | null
  version: Nonce | null
  value: Nonce | null
  /** The stamp of another key of the row. */
  row: Nonce | null
  /** The mark of the user tags. */
  mark: Nonce | null
  userTag: Nonce | null
  entry: Entry | null
  /** Ticks until each expires; below 0 where it expired before the current tick. */
  intents: Record<string, number>
  /** The server that the birth mark names. */
  born: Nonce | null
}

export interface Process {
  /** The server it believes to talk to; `null` while it has not looked. */
  sees: Nonce | null
  /** The server it was on last; `null` where servers do not return, or it was on none. */
  saw: Nonce | null
  /** Its copy of the registry: the version, and whether the shape is in it. */
  version: Nonce | null
  knowsShape: boolean
  /** The number of the latest invalidation that failed; 0 when nothing is owed. */
  owes: number
  /** The debt that a payment under way saw. */
  paying: number
  /** What its own reads must see, beyond what everybody's must. */
  min: number
  /** The reader whose flight others may join. */
  flight: number | null
}

/** See `readers.ts`. */
export interface Reader {
  process: number
  at:
    | 'idle'
    | 'looked'
    | 'late'
    | 'missed'
    | 'joined'
    | 'asking'
    | 'again'
    | 'found'
    | 'loading'
    | 'bare'
    | 'loaded'
    | 'tagged'
    | 'confirmed'
  /** Runs behind somebody else's back: nobody is served. */
  background: boolean
  min: number
  entry: Entry | null
  /** Stamps it saw when it missed. */
  seen: Stamps | null
  /** Whether its load has begun: from then on only those join who had begun before, or saw its stamps. */
  isLoading: boolean
  /** Whether it had begun when the load of its process did. */
  isAhead: boolean
  /** Stamps it loads under. */
  held: Stamps | null
  data: number
  late: Nonce | null
  /** The reader whose flight it joined. */
  flight: number | null
}

/** See `writers.ts`. */
export interface Writer {
  process: number
  kind: 'write' | 'transaction' | 'tag'
  at:
    | 'idle'
    | 'holding'
    | 'begun'
    | 'written'
    | 'again'
    | 'early'
    | 'committed'
    | 'marking'
    | 'tagging'
    | 'failed'
    | 'touched'
    | 'dead'
    | 'done'
  intent: 'none' | 'unsent' | 'sent' | 'recorded'
  /** The writer of its process that sent the intent it relies on, itself perhaps; numbers after those of writers are successors. */
  sender: number
  /** Ticks since that was recorded last, 1 at most: what its process knows, whatever has become of it. */
  sentAge: number
  /** The version it made. */
  commit: number
  /** Stamps it has had since before its statement; `null` if it stores nothing. */
  held: Stamps | null
  /** Whether they were current, where that is found out in a step of its own. */
  isCurrent: boolean
  /** Of a transaction that stores: its one statement, a second one for the same row, or that one taken back with its savepoint. */
  wrote: 'once' | 'twice' | 'taken back'
  /** Its statement runs in the database, and nobody waits for it. */
  isRunning: boolean
  isUnknown: boolean
  /** Ticks until everybody must see what it wrote. */
  due: number | null
}

export interface Sweeper {
  at: 'idle' | 'dropping' | 'forgetting' | 'dead'
  /** Ticks since it read. */
  age: number
}

/** How often each of these may still happen. */
export interface Budget {
  crashes: number
  failures: number
  unknowns: number
  faults: number
  /** The replica catches up. */
  copies: number
}

export interface State {
  /** The version in the database. */
  db: number
  /** The version that every read that starts now must see. */
  min: number
  redis: Redis
  /** What a replica or a dump holds, or the server whose place another one has taken for a while. */
  backup: Redis | null
  processes: Process[]
  readers: Reader[]
  writers: Writer[]
  sweepers: Sweeper[]
  left: Budget
}
