import { heldBack } from './promises.ts'
import { addToStream, ownsLease, unmark } from './redis.ts'
import type { Go, World } from './scenario.ts'
import type { Accepted, Flusher, State } from './state.ts'

/** Keeps a write that the database refuses, and blocks its row: reads show the database again. */
export function deadLetter(draft: State, flusher: Flusher, one: Accepted, world: World): string | undefined {
  const { redis } = draft
  if (!ownsLease(redis, flusher.lease, world) && world.follows('leaseIsOwn')) return giveUp(flusher)
  redis.blocked[one.row] ??= { poison: one.write, parked: [] }
  if (world.follows('refusedUncovers')) redis.guards[one.row] = null
  return keep(draft, flusher, one, world)
}

/** Puts a write behind the one that its row is blocked by. */
export function park(draft: State, flusher: Flusher, one: Accepted, world: World): string | undefined {
  const { redis } = draft
  const { follows } = world
  if (!ownsLease(redis, flusher.lease, world) && world.follows('leaseIsOwn')) return giveUp(flusher)
  // Not asked for: that it is blocked follows from the rest.
  if (!draft.truth.heldBack[one.row]!.includes(one.write)) return `WRONG: write ${one.write} is parked behind nothing`
  const blocked = redis.blocked[one.row]
  const parked = blocked?.parked ?? []
  redis.blocked[one.row] = {
    poison: blocked?.poison ?? one.write,
    parked: follows('parkedInOrder') ? [...parked, one.write] : [one.write, ...parked],
  }
  if (follows('parkedUncovers')) redis.guards[one.row] = null
  return keep(draft, flusher, one, world)
}

function keep(draft: State, flusher: Flusher, one: Accepted, world: World): string | undefined {
  const { redis } = draft
  unmark(redis, one, world)
  redis.skip = [...redis.skip, one.id]
  flusher.skip = [...flusher.skip, one.id]
  flusher.blocked = [...new Set([...flusher.blocked, one.row])]
  flusher.at = 'batch'
  return heldBack(draft, one.row, one.write)
}

/** It was replaced: its successor finds in the stream what it had not settled. */
export function giveUp(flusher: Flusher): undefined {
  Object.assign(flusher, {
    ...{ at: 'idle', lease: null, epoch: 0, rest: [], done: [], skip: [], blocked: [], isCareful: false },
  })
}

/** Somebody decides what becomes of a blocked row. */
export function operatorSteps({ redis, left, halfRetried }: State, world: World, go: Go): void {
  const { follows } = world
  for (const [row, blocked] of redis.blocked.entries()) {
    const isBusy = (redis.markers[row] && follows('retryWaits')) || (redis.gates.length > 0 && follows('gatesRefuse'))
    if (!blocked || isBusy || halfRetried !== null) continue
    if (left.retries > 0)
      go('somebody retries', (draft) => {
        draft.left.retries -= 1
        unblock(draft, row, 'retry', world)
        return undefined
      })
    if (left.discards > 0)
      go('somebody discards', (draft) => {
        draft.left.discards -= 1
        unblock(draft, row, 'discard', world)
        return undefined
      })
  }
  if (halfRetried !== null)
    go('the row is unblocked', (draft) => {
      draft.redis.blocked[halfRetried] = null
      draft.halfRetried = null
      return undefined
    })
}

function unblock(draft: State, row: number, how: 'retry' | 'discard', { follows }: World): void {
  const { redis, truth } = draft
  const { poison, parked } = redis.blocked[row]!
  const repeated = how === 'retry' ? [poison, ...parked] : parked
  for (const write of repeated) addToStream(redis, { row, write, isRepeated: true })
  if (follows('retryMarks')) {
    if (repeated.length > 0) redis.markers[row] = { id: redis.lastId, life: redis.life }
    redis.guards[row] = null
  }
  if (follows('retryInOneStep')) redis.blocked[row] = null
  else draft.halfRetried = row

  const back = truth.heldBack[row]!.filter((write) => how === 'retry' || write !== poison)
  truth.happened[row] = [...truth.happened[row]!, ...back]
  truth.heldBack[row] = []
  if (how === 'discard') truth.acknowledged = truth.acknowledged.filter((write) => write !== poison)
  for (const reader of draft.readers) reader.mustNot = reader.mustNot.filter((write) => !back.includes(write))
}
