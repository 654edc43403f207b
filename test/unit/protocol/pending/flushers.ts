import { deadLetter, giveUp, park } from './dead-letters.ts'
import { drawNonce, ownsLease } from './redis.ts'
import type { Go, World } from './scenario.ts'
import { settlingSteps } from './settling.ts'
import type { Accepted, Flusher, State } from './state.ts'
import { applyPart, isRefused } from './transactions.ts'

/**
 * What flushers do. Any of them may be as slow as it likes, and still believe in a lease that is gone; one that is never heard of
 * again has died.
 *
 * - *idle*       takes the lease, if it is free.
 * - *leased*     claims: its epoch is above all others. *claimed*: another life was flushed last, and it drops the root.
 * - *ready*      reads the oldest of the stream, and what of it is not to be applied.
 * - *batch*      a transaction with all up to the first that has to be parked, or parks that one.
 * - *refused*    the database refuses the first one by itself: it is dead-lettered.
 * - *committed*  settles, and goes on with the rest.
 */
export function flusherSteps(state: State, world: World, go: Go): void {
  for (const [index, flusher] of state.flushers.entries()) {
    const step: FlusherStep = (label, change) =>
      go(`flusher ${index} ${label}`, (draft) => change(draft.flushers[index]!, draft))
    leaseSteps(state, world, step, flusher)
    batchSteps(state, world, step, flusher)
    settlingSteps(world, step, flusher)
  }
}

export type FlusherStep = (label: string, change: (flusher: Flusher, draft: State) => string | undefined) => void

function leaseSteps({ redis, db }: State, world: World, step: FlusherStep, now: Flusher): void {
  const { scenario, follows } = world
  const owns = ownsLease(redis, now.lease, world)
  const isOtherLife = db.last.length > 0 && db.last.at(-1)!.life !== redis.life
  const isFree = redis.lease === null || (redis.lease.life !== redis.life && follows('leaseOfServer'))
  // What another life left behind has to be dropped even where there is nothing to flush.
  if (now.at === 'idle' && isFree && (redis.stream.length > 0 || isOtherLife))
    step('takes the lease', (flusher, draft) => {
      flusher.lease = { by: drawNonce(), life: draft.redis.life }
      draft.redis.lease = flusher.lease
      flusher.at = 'leased'
      return undefined
    })
  if (now.at === 'leased')
    step('claims', (flusher, draft) => {
      draft.db.epoch += 1
      Object.assign(flusher, {
        epoch: draft.db.epoch,
        at: isOtherLife && follows('claimDropsRoot') ? 'claimed' : 'ready',
      })
      return undefined
    })
  if (now.at === 'claimed')
    step('drops the root', (flusher, draft) => {
      draft.redis.root = null
      flusher.at = 'ready'
      return undefined
    })
  if (now.at === 'ready' && !owns && follows('readNeedsLease')) step('finds that its lease is gone', giveUp)
  else if (now.at === 'ready' && redis.stream.length > 0)
    step('reads', (flusher, { redis: { stream, skip, blocked } }) => {
      const rest = stream.slice(0, scenario.batchMax).filter(({ life }) => life === stream[0]!.life)
      const rows = [...blocked.keys()].filter((row) => blocked[row])
      Object.assign(flusher, { at: 'batch', rest, skip, blocked: rows, isCareful: false })
      return undefined
    })
}

function batchSteps(state: State, world: World, step: FlusherStep, now: Flusher): void {
  const { follows } = world
  const first = now.rest[0]
  if (now.at === 'refused' && first)
    step('dead-letters what was refused', (flusher, draft) => deadLetter(draft, flusher, first, world))
  if ((now.at !== 'batch' && now.at !== 'checked') || !first) return
  const part = partOf(now, world)
  if (part.length === 0) {
    step('parks the next one', (flusher, draft) => park(draft, flusher, first, world))
    return
  }
  if (!isDurable(state, now, part, world)) {
    // It waits for the replica; if that takes over first, it will never know.
    if (now.lease?.life !== state.redis.life) step('has lost its server, and gives up', giveUp)
    return
  }
  if (now.at === 'batch' && !follows('fenceLocked')) {
    if (now.epoch === state.db.epoch)
      step('finds its epoch in the fence', (flusher) => {
        flusher.at = 'checked'
        return undefined
      })
    return
  }
  const isFenced = now.at === 'batch' && follows('epochCompared') && now.epoch !== state.db.epoch
  if (isFenced) {
    step('is fenced', giveUp)
    return
  }
  if (isRefused(state, now, part, world)) {
    step(`is refused [${part.map(({ write }) => write)}]`, (flusher, draft) => {
      const isSingle = part.length === 1
      Object.assign(flusher, { at: isSingle ? 'refused' : 'batch', isCareful: true })
      if (isSingle && !follows('storedBeforePassed')) applyPart(draft, flusher, [], part.at(-1)!, world)
      return undefined
    })
    return
  }
  commitSteps(state, world, step, part)
}

function commitSteps({ left }: State, world: World, step: FlusherStep, part: readonly Accepted[]): void {
  const { follows } = world
  const label = `commits [${part.map(({ write }) => write)}]`
  const commit = (flusher: Flusher, draft: State) => {
    const moves = follows('positionWithRows')
    applyPart(draft, flusher, part, moves ? part.at(-1)! : null, world)
    const rest = flusher.rest.slice(part.length)
    Object.assign(flusher, { at: moves ? 'committed' : 'uncounted', done: part, rest })
    return undefined
  }
  if (follows('settleAfterCommit')) step(label, commit)
  else
    step('removes from the stream what it will apply', (flusher, { redis }) => {
      redis.stream = redis.stream.filter((one) => !part.some(({ id, life }) => one.id === id && one.life === life))
      flusher.at = 'checked'
      return undefined
    })
  if (left.unknowns > 0)
    step(`${label}, and loses the database before it hears of it`, (flusher, draft) => {
      draft.left.unknowns -= 1
      applyPart(draft, flusher, part, part.at(-1)!, world)
      const isTaken = part.length === 1 && !follows('unknownIsNotRefused')
      flusher.at = isTaken ? 'refused' : 'batch'
      return undefined
    })
}

/** What goes into the next transaction: nothing, if the first one has to be parked. */
function partOf({ rest, skip, blocked, isCareful }: Flusher, { follows }: World): readonly Accepted[] {
  const isLeftOut = ({ id }: Accepted) => skip.includes(id) && follows('skipped')
  const end = rest.findIndex((one) => blocked.includes(one.row) && !isLeftOut(one) && follows('laterParked'))
  const part = end < 0 ? rest : rest.slice(0, end)
  return isCareful ? part.slice(0, 1) : part
}

/** Where there is a replica: whether it has what must not be lost once the transaction is committed. */
function isDurable({ backup }: State, { skip }: Flusher, part: readonly Accepted[], { follows }: World): boolean {
  if (backup === null) return true
  return part.every(({ id, life, isRepeated }) => {
    if (skip.includes(id)) return backup.skip.includes(id) || !follows('keptIsDurable')
    const isKnown = backup.stream.some((one) => one.id === id && one.life === life)
    return !isRepeated || isKnown || !follows('retryIsDurable')
  })
}
