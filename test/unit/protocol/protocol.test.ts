import { describe, expect, it } from 'vitest'
import { itNeedsEveryRule } from './every-rule.ts'
import { check } from './model.ts'
import { assumptions, type Rule, rules } from './rules.ts'
import { type ScenarioName, scenarios } from './scenarios.ts'

/** Where the loss of each rule shows. */
const shownBy: Readonly<Record<Rule, ScenarioName>> = {
  stampsBeforeLoad: 'a write to one value',
  missingIsMiss: 'a write to one value',
  touchAfterCommit: 'a write to one value',
  touchBeforeAnswer: 'a write to one value',
  registryCompared: 'a write to one value',
  registryWithRoot: 'evictions, and a loss of everything',
  flightsCompareStamps: 'readers that share flights',
  flightsKnowNoMark: 'tags known with the result, and flights',
  foundIsTooEarly: 'readers that share flights',
  staleNeedsStamps: 'an entry past its time, and its refresh',
  transactionsBypass: 'a transaction',
  transactionsFillNothing: 'a transaction',
  unknownCounts: 'a transaction',
  unknownKeepsIntent: 'a commit that is never confirmed',
  rootNamesServer: 'a replica that missed the latest',
  intentRecorded: 'a writer that dies',
  intentBeforeCommit: 'a writer that dies',
  renewal: 'a writer that dies',
  settleAfterTouch: 'a writer that dies',
  dropsBeforeForgetting: 'a writer that dies, and a sweeper that dies',
  removesWhatItRead: 'a writer that dies, and a sweeper that is slow',
  birthIntent: 'a writer that dies, and a replica without its intent',
  birthDropsAtOnce: 'a writer that dies, and a loss of intents',
  marksWithIntents: 'a writer that dies, and a loss of intents',
  debtKept: 'stamps that cannot be removed',
  paymentCoversWhatItSaw: 'stamps that cannot be removed',
  failedTouchKeepsIntent: 'stamps that cannot be removed, seen by others',
  lateTagsCompared: 'tags known with the result',
  markCompared: 'tags known with the result',
  markBeforeLoad: 'tags known with the result',
  markBeforeTags: 'tags known with the result',
  rowMarkCompared: 'related rows known with the result',
  rowMarkInOneStep: 'related rows known with the result',
  touchMovesMark: 'related rows known with the result',
  forgottenWithStamps: 'a shape that is forgotten',
  heldBeforeWrite: 'rows that are stored',
  heldCompared: 'rows that are stored',
  storedInOneStep: 'rows that are stored',
  guardReplaced: 'a row that is stored',
  storedUnderHeld: 'rows that are stored, and a write to a whole model',
  loserRemoves: 'rows that are stored',
  markHeldCompared: 'a row whose key is new',
  markHeldBeforeWrite: 'a row whose key is new',
  ownKeyHeld: 'a row that is gone, and another one in its place',
  ownKeyCarried: 'a row that moves, and another one in its place',
  storedAfterCommit: 'rows that a transaction stores',
  laterStatementsCount: 'rows that a transaction stores',
  takenBackIsNotStored: 'rows that a transaction stores',
  kindHeldCompared: 'a row whose key was not known before, and a write to a shape',
  removedWhenUnused: 'two writes of a process that dies',
  agedIsSentAgain: 'two writes of a process that dies',
  leftIsNotShared: 'two writes of a process, and one is never confirmed',
  leftHasSuccessor: 'two writes of a process that dies, and one is never confirmed',
  serversAreTold: 'a replica that missed the latest',
  statementsEnd: 'a writer that dies',
  intentsArrive: 'a writer that dies',
  writersRenew: 'a writer that dies',
  notersDrop: 'a writer that dies, and a sweeper that is slow',
}

describe('the protocol', () => {
  itNeedsEveryRule({
    promise: 'serves nothing that is older than it may be',
    scenarios,
    rules,
    assumptions,
    shownBy,
    check,
  })

  it('shows the shortest way to what goes wrong', () => {
    const verdict = check(scenarios['a write to one value'], ['touchBeforeAnswer'])
    expect(verdict).toEqual({
      kind: 'violated',
      path: [
        'reader 0 begins, and reads the entry',
        'reader 0 reads the stamps',
        'reader 0 obtains stamps',
        'reader 0 looks once more',
        'reader 0 loads',
        'reader 0 fills',
        'writer 0 begins',
        'writer 0 commits',
        'reader 0 begins, and reads the entry',
        'reader 0 reads the stamps',
        'WRONG: served version 0, and had to see version 1',
      ],
    })
  })
})
