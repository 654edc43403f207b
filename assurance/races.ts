/** A way in which caches go wrong, that is too rare to wait for: it is forced in tests, which begin with its name. */
export interface Race {
  /** `R1` */
  readonly row: string
  readonly race: string
  /** What no test can show, or what is not there yet; a sentence. */
  readonly limit?: string
}

/** All that are known. Those of a near cache, R18 to R20, have no tests: there is none yet. */
export const races: readonly Race[] = [
  { row: 'R1', race: 'A row is invalidated while it loads, and the old one is stored afterwards.' },
  { row: 'R2', race: 'A write invalidates before it commits; a reader loads the old row in between.' },
  { row: 'R3', race: 'A writer dies between its commit and its invalidation.' },
  { row: 'R4', race: 'A process is frozen right after its response, as serverless ones are.' },
  { row: 'R5', race: 'The connection is lost after COMMIT was sent: nobody knows what became of it.' },
  { row: 'R6', race: 'A transaction reads its own write, stores it, and rolls back.' },
  { row: 'R7', race: 'A transaction writes, and then reads from the cache what was before.' },
  { row: 'R8', race: 'A transaction with an old snapshot loads after an invalidation.' },
  { row: 'R9', race: 'A stamp is lost, or comes back with an earlier value.' },
  { row: 'R10', race: 'Redis fails over to a replica that lacks the last invalidations, or restarts with old data.' },
  { row: 'R11', race: 'What leads from a tag to its entries is lost before they are.' },
  { row: 'R12', race: 'A process dies in the middle of storing an entry.' },
  { row: 'R13', race: 'The process that loads for all others dies, or never ends.' },
  {
    row: 'R14',
    race: 'A process is frozen past its lease, wakes up, and stores what is old or frees what is not its own.',
  },
  { row: 'R15', race: 'A load fails, and all who waited for it try at once.' },
  { row: 'R16', race: 'A read joins a load that began before a write that the reader knows of.' },
  { row: 'R17', race: 'Two callers get the same object, or one tenant gets what belongs to another.' },
  {
    row: 'R18',
    race: 'A near cache misses the message that invalidates.',
    limit: 'There is no near cache yet: with Redis, every answer is compared with the stamps in it.',
  },
  {
    row: 'R19',
    race: 'A near cache stores what was invalidated while it was on its way.',
    limit: 'There is no near cache yet.',
  },
  {
    row: 'R20',
    race: 'A near cache is filled from an old entry of its own process.',
    limit: 'There is no near cache yet.',
  },
  { row: 'R21', race: 'Two writers store their rows in another order than they committed.' },
  { row: 'R22', race: 'A write returns a part of the row, which is taken for all of it.' },
  {
    row: 'R23',
    race: 'A replica of the database, or of Redis, answers with what was before.',
    limit: 'Replicas of the database are a declared limit: a read from one that lags can store what has been replaced.',
  },
  {
    row: 'R24',
    race: 'The database changes more than the statement says: cascades, triggers, computed columns, views.',
  },
  { row: 'R25', race: 'A nested write changes models that the operation does not name.' },
  { row: 'R26', race: 'A many-to-many relation changes a join table only.' },
  { row: 'R27', race: 'A cached result shows, or filters by, rows of other models.' },
  { row: 'R28', race: 'A row enters a cached list that nothing connects it with.' },
  { row: 'R29', race: 'Bulk writes and raw SQL do not say which rows they change.' },
  {
    row: 'R30',
    race: 'Another program writes.',
    limit: 'A declared limit: it is not seen before the TTL has passed, or `$cache.invalidate` is called.',
  },
  { row: 'R31', race: 'Two releases with different schemas share a cache.' },
  { row: 'R32', race: 'Clocks differ, or jump.' },
  { row: 'R33', race: '“There is none” is cached, and then there is one.' },
  { row: 'R34', race: 'What was deleted for a reason is served as a stale answer.' },
  { row: 'R35', race: 'A load in the background crosses a write, and is stored after it.' },
  { row: 'R36', race: 'Everything of a model that is much asked for is invalidated at once.' },
  { row: 'R37', race: 'Redis is out of memory and refuses to invalidate.' },
  { row: 'R38', race: 'Redis is out of reach during a write, and returns with what it had.' },
  { row: 'R39', race: 'Keys that belong together lie on different nodes of a cluster.' },
  { row: 'R40', race: 'Two questions have one key, or one question has two.' },
  { row: 'R41', race: 'A value comes from the cache as another type.' },
  { row: 'R42', race: 'A row shifts pages, counts and sums that do not show it.' },
  { row: 'R43', race: 'Batches, savepoints, and transactions that time out.' },
  { row: 'R44', race: 'A list is cached while accepted writes are not in the database yet.' },
  { row: 'R45', race: 'A large entry stalls the process that reads it.' },
  { row: 'R46', race: 'A broken release stores what is wrong.' },
]
