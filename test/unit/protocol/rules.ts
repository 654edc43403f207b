/** Every rule of the protocol, as `docs/protocol.md` numbers them. A mutation of the model breaks one of them. */
export const rules = {
  stampsBeforeLoad: 'stamps are obtained before the database is asked',
  missingIsMiss: 'a stamp that is missing makes an entry invalid',
  touchAfterCommit: 'stamps are removed after the commit',
  touchBeforeAnswer: 'stamps are removed before the write is acknowledged',
  registryCompared: 'a writer with an old copy of the registry decides again',
  registryWithRoot: 'registry and root stamp are lost together',
  flightsCompareStamps: 'a read that begins after a load joins it only with the stamps of that load',
  flightsKnowNoMark: 'a load that will have late tags is joined by nobody once it has begun',
  foundIsTooEarly: 'a read that joined a flight does not take what the flight found in the store',
  staleNeedsStamps: 'an entry past its time is served only while its stamps hold',
  transactionsBypass: 'reads in a transaction do not look at the cache',
  transactionsFillNothing: 'reads in a transaction fill nothing',
  unknownCounts: 'a commit whose outcome is unknown counts as committed',
  unknownKeepsIntent: 'a write whose outcome is unknown leaves its intent to the sweepers',
  rootNamesServer: 'a root stamp made on another server counts as missing',
  intentRecorded: 'a write records its intent',
  intentBeforeCommit: 'the intent leaves before the statement does',
  renewal: 'a write that takes long renews its intent',
  settleAfterTouch: 'the intent is removed after the stamps',
  dropsBeforeForgetting: 'a sweeper drops the root before it forgets the intents',
  removesWhatItRead: 'a sweeper removes only what had expired when it read',
  birthIntent: 'a server that may have lost intents has its roots dropped one lease later',
  birthDropsAtOnce: 'a server that may have lost intents has its roots dropped at once, too',
  marksWithIntents: 'birth mark and intents are lost together',
  debtKept: 'a process that could not invalidate serves nothing of the model until it has',
  paymentCoversWhatItSaw: 'a payment covers no debt that was made after it left',
  failedTouchKeepsIntent: 'a write that could not invalidate leaves its intent to the sweepers',
  lateTagsCompared: 'tags known with the result are compared in every lookup',
  markCompared: 'late tags are good only if the mark has not moved since before the load',
  markBeforeLoad: 'the mark is obtained before the database is asked',
  markBeforeTags: 'an invalidation by tag moves the mark before it removes the tags',
  rowMarkCompared:
    'stamps of rows known with the result are good only if the mark of their shape has not moved since before the load',
  rowMarkInOneStep: 'the mark of a shape is read in the step that gives the stamps of its rows',
  touchMovesMark: 'whoever removes a stamp of a shape moves its mark in the same step',
  forgottenWithStamps: 'a shape is forgotten together with its stamp and its mark',
  heldBeforeWrite: 'a writer that stores its row obtains the stamp of the value before its statement runs',
  heldCompared: 'a row is stored only if the stamp held has not changed',
  storedInOneStep: 'the row is stored in the step that compares',
  guardReplaced: 'the stamp that a row is stored under is a new one',
  storedUnderHeld: 'the row is stored under the stamps of root and shape that were held',
  loserRemoves: 'a writer whose row is not stored removes the stamps all the same',
  markHeldCompared: 'a row whose key was not known is stored only if the mark of its shape has not moved',
  markHeldBeforeWrite: 'the mark is held since before the statement',
  ownKeyHeld: 'what is stored under a key was held by the stamp of that very key, or the mark of its kind',
  ownKeyCarried: 'what is stored under a key depends on the stamp of that very key',
  storedAfterCommit: 'a row is stored after the commit of its transaction',
  laterStatementsCount: 'a row that its transaction writes again is stored as the last statement left it',
  takenBackIsNotStored: 'a row that a savepoint took back is not stored',
  kindHeldCompared: 'a writer that renews the stamp of the shape compares the one that it held',
} as const

/** What the protocol takes for granted. Without one of them there is a way to stale data: these are its limits. */
export const assumptions = {
  serversAreTold: 'a connection to a server that was replaced closes, or is looked at again, before it serves',
  statementsEnd: 'what a dead writer left running in the database ends before its intent expires',
  intentsArrive: 'an intent that was sent arrives, even if its sender dies',
  writersRenew: 'a live writer reaches the store at least once per lease',
  notersDrop: 'whoever notes that intents were lost drops the roots at once',
} as const

export type Rule = keyof typeof rules | keyof typeof assumptions

/** Whether a rule is followed. */
export type Follows = (rule: Rule) => boolean
