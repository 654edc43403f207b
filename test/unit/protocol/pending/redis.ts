import type { World } from './scenario.ts'
import type { Accepted, Entry, Flusher, Nonce, Redis, Row, Stamps, State, Write } from './state.ts'

let drawn = 0
/** One that was never used. */
export const drawNonce = (): Nonce => `n${drawn++}`

/** What an entry depends on: a row, or the lists. */
export type Subject = number | 'list'

export function currentStamps({ root, shape, guards, list }: Redis, subject: Subject): Stamps {
  return { root, shape: subject === 'list' ? list : shape, value: subject === 'list' ? list : guards[subject]! }
}

export function obtainStamps(redis: Redis, subject: Subject): Stamps {
  redis.root ??= drawNonce()
  if (subject === 'list') redis.list ??= drawNonce()
  else {
    redis.shape ??= drawNonce()
    redis.guards[subject] ??= drawNonce()
  }
  return currentStamps(redis, subject)
}

/** Whether what is held is still so. */
export function isHeld(held: Stamps | null, redis: Redis, subject: Subject): boolean {
  const { root, shape, value } = currentStamps(redis, subject)
  return held !== null && root !== null && shape !== null && value !== null && isSame(held, { root, shape, value })
}

const isSame = (a: Stamps, b: Stamps) => a.root === b.root && a.shape === b.shape && a.value === b.value

/** The entry, if it is valid. */
export function validEntry(redis: Redis, subject: Subject): Entry | null {
  const entry = subject === 'list' ? redis.listEntry : redis.entries[subject]!
  return entry !== null && isHeld(entry.held, redis, subject) ? entry : null
}

/** Adds to the stream, and leaves the row as it is now under a guard that nobody has. Returns that guard. */
export function append(redis: Redis, row: number, write: Write, after: Row, world: World): Nonce {
  addToStream(redis, { row, write, isRepeated: false })
  if (world.follows('acceptMarks')) redis.markers[row] = { id: redis.lastId, life: redis.life }
  const guard = world.follows('acceptRenewsGuard') ? drawNonce() : (redis.guards[row] ?? drawNonce())
  redis.guards[row] = guard
  redis.root ??= drawNonce()
  redis.shape ??= drawNonce()
  redis.entries[row] = { data: after, held: currentStamps(redis, row) }
  return guard
}

export function addToStream(redis: Redis, write: Pick<Accepted, 'row' | 'write' | 'isRepeated'>): void {
  redis.lastId += 1
  redis.stream = [...redis.stream, { ...write, id: redis.lastId, life: redis.life }]
}

/** Takes the marker away, if what is done with the row is the latest of it. */
export function unmark(redis: Redis, { row, id, life }: Accepted, { follows }: World): void {
  const marker = redis.markers[row]
  if (!marker) return
  const isOfLife = marker.life === life || !follows('settleNamesLife')
  if ((isOfLife && marker.id <= id) || !follows('latestIsMarked')) redis.markers[row] = null
}

export function ownsLease({ lease, life }: Redis, own: Flusher['lease'], { follows }: World): boolean {
  return lease !== null && lease.by === own?.by && (lease.life === life || !follows('leaseOfServer'))
}

/** The highest id of that life that counts as applied. */
export function appliedUpTo({ db }: State, life: Nonce): number {
  return db.last.find((last) => last.life === life)?.id ?? 0
}

/** What the stream holds that is still to be applied. */
export function pendingOf(state: State, row: number): Accepted[] {
  const { stream, skip } = state.redis
  return stream.filter((one) => one.row === row && !skip.includes(one.id) && one.id > appliedUpTo(state, one.life))
}
