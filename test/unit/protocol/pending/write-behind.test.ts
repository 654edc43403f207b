import { describe, expect, it } from 'vitest'
import { itHolds, itNeedsEveryRule } from '../checked.ts'
import { check } from './model.ts'
import { assumptions, type Rule, rules } from './rules.ts'
import { type ScenarioName, scenarios } from './scenarios.ts'

/** Where the loss of each rule shows. */
const shownBy: Readonly<Record<Rule, ScenarioName>> = {
  acceptCompares: 'writes to one row',
  acceptComparesModel: 'a synchronous write that knows no key',
  acceptInOneStep: 'writes to one row',
  acceptRenewsGuard: 'a write that is accepted',
  acceptMarks: 'a write that is accepted',
  markedWait: 'a write that is accepted',
  obtainBeforeLook: 'a write that is accepted',
  createsSeeMarkers: 'a row that is created twice',
  acceptKnowsItself: 'a reply that is lost',
  gatesRefuse: 'a synchronous write',
  gateBeforeBarrier: 'a synchronous write',
  barrierBeforeStatement: 'a synchronous write',
  gateOutlastsTouch: 'a synchronous write',
  gateFallsWithRoot: 'a synchronous writer that dies',
  listsWait: 'a list',
  barrierWaitsForSettling: 'a list',
  settleAfterCommit: 'a write that is accepted',
  settleInOneStep: 'a list',
  latestIsMarked: 'writes to one row',
  settleNamesLife: 'a replica that missed the latest',
  settleNeedsProof: 'a replica that missed the latest, and a reader',
  claimDropsRoot: 'a replica that missed the latest, and another flusher',
  appliedIsLeftOut: 'a flusher that is replaced',
  positionWithRows: 'a flusher that is replaced',
  epochCompared: 'a refused write, and a flusher that is replaced',
  fenceLocked: 'a refused write, and a flusher that is replaced',
  positionPerLife: 'two replicas that missed the latest',
  lifeIsNew: 'a replica that missed the latest',
  unknownIsNotRefused: 'a commit of unknown outcome',
  storedBeforePassed: 'a refused write, and a flusher that is replaced',
  skipped: 'a refused write, and a retry',
  laterParked: 'a write that the database refuses',
  parkedInOrder: 'a refused write, and two behind it',
  refusedUncovers: 'a write that the database refuses',
  parkedUncovers: 'a write that the database refuses',
  leaseIsOwn: 'a refused write, and a flusher that is replaced',
  readNeedsLease: 'a refused write, and a flusher that is replaced',
  leaseOfServer: 'a refused write, a replica, and another flusher',
  retryWaits: 'a refused write, and a retry',
  retryMarks: 'a refused write, and a retry',
  retryInOneStep: 'a refused write, and a retry',
  keptIsDurable: 'a refused write, and a replica',
  retryIsDurable: 'a refused write, and a replica',
  keysAreNew: 'a row that is created twice',
  markersStay: 'a marker that is evicted',
  gatesAreRenewed: 'a synchronous write',
  statementsEnd: 'a synchronous writer that dies',
}

describe('write-behind', () => {
  itHolds('keeps what it promises', { scenarios, check })
  itNeedsEveryRule({ scenarios, check, rules, assumptions, shownBy })

  it('shows the shortest way to what goes wrong', () => {
    expect(check(scenarios['a row that is created twice'], ['createsSeeMarkers'])).toEqual({
      kind: 'violated',
      path: [
        'writer 1 begins',
        'writer 1 asks to be accepted',
        'writer 2 begins',
        'writer 2 asks to be accepted',
        'WRONG: the answer is [2], and the row is [1 2]',
      ],
    })
  })
})
