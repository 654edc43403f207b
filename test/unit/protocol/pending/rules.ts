/** Every rule of write-behind, as `docs/write-behind.md` numbers them. A mutation of the model breaks one of them. */
export const rules = {
  acceptCompares: 'a write is accepted only if the guard of its row is the one that it learned the row under',
  acceptComparesModel: 'so are the stamps of root and shape',
  acceptInOneStep: 'a write is accepted in the step that compares',
  acceptRenewsGuard: 'the guard that an accepted row is stored under is a new one',
  acceptMarks: 'an accepted write marks its row',
  markedWait: 'who finds a marker and no valid entry waits until the stream is flushed',
  obtainBeforeLook: 'stamps are obtained before the marker is looked at',
  createsSeeMarkers: 'a create is not accepted where its key is marked',
  acceptKnowsItself: 'an acceptance that is sent again knows itself by the guard that it chose',
  gatesRefuse: 'nothing is accepted while a synchronous write is under way',
  gateBeforeBarrier: 'a synchronous write opens its gate before it reads how far the stream goes',
  barrierBeforeStatement: 'a synchronous write waits for what was accepted before',
  gateOutlastsTouch: 'the gate closes after the stamps are removed',
  gateFallsWithRoot: 'the gate of a dead writer is removed in the step that drops the root',
  listsWait: 'other reads wait for what was accepted before, even if there is an entry',
  barrierWaitsForSettling: 'what a barrier waits for is settled, not only applied',
  settleAfterCommit: 'writes leave the stream after the commit',
  settleInOneStep: 'the stamps of lists are removed in the step in which the writes leave the stream',
  latestIsMarked: 'a marker goes only with the latest write of its row',
  settleNamesLife: 'what leaves the stream is of the life that was applied',
  settleNeedsProof: 'the guard of an applied row is removed where no marker proves that the entry is as new',
  claimDropsRoot: 'who takes over from another life of the stream drops the root',
  appliedIsLeftOut: 'what is at or below the last position of its life is not applied again',
  positionWithRows: 'the position moves in the transaction that applies',
  epochCompared: 'a flusher that was replaced applies nothing',
  fenceLocked: 'the fence is locked until the commit',
  positionPerLife: 'the database knows the last position of every life',
  lifeIsNew: 'what is accepted by a server that may have lost data belongs to another life',
  unknownIsNotRefused: 'a transaction whose outcome is unknown was not refused',
  storedBeforePassed: 'the position passes a refused write only once that is kept',
  skipped: 'what was dead-lettered or parked is not applied from the stream',
  laterParked: 'later writes of a blocked row are parked',
  parkedInOrder: 'they are parked behind those that are parked already',
  refusedUncovers: 'dead-lettering a write removes the guard of its row',
  parkedUncovers: 'so does parking one',
  leaseIsOwn: 'who dead-letters or parks holds the lease in that very step',
  readNeedsLease: 'who has claimed reads the stream only while the lease is its own',
  leaseOfServer: 'a lease that was taken on another server is none',
  retryWaits: 'a retry waits until no write of its row is in the stream',
  retryMarks: 'a retry marks its row, and removes its guard',
  retryInOneStep: 'a retry appends and unblocks in one step',
  keptIsDurable: 'the position passes what was dead-lettered or parked only once that is as durable as an acceptance',
  retryIsDurable: 'what was appended again is applied only once that is durable',
} as const

/** What write-behind takes for granted: its limits. */
export const assumptions = {
  keysAreNew: 'nobody creates a row whose key is taken',
  markersStay: 'markers are not evicted',
  gatesAreRenewed: 'a synchronous writer that is alive renews its gate',
  statementsEnd: 'what a dead writer left running in the database ends before its gate does',
} as const

export type Rule = keyof typeof rules | keyof typeof assumptions

/** Whether a rule is followed. */
export type Follows = (rule: Rule) => boolean
