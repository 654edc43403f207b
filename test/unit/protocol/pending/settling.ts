import type { FlusherStep } from './flushers.ts'
import { unmark } from './redis.ts'
import type { World } from './scenario.ts'
import type { Flusher, State } from './state.ts'
import { movePosition } from './transactions.ts'

/**
 * What was applied leaves the stream: in one script, with the stamps of the lists and the markers of the rows. Who settles need not
 * hold the lease: what it says was committed.
 */
export function settlingSteps(world: World, step: FlusherStep, now: Flusher): void {
  const { follows } = world
  if (now.at === 'uncounted')
    step('moves the position', (flusher, draft) => {
      movePosition(draft, flusher.done.at(-1)!, world)
      flusher.at = 'committed'
      return undefined
    })
  const isSplit = !follows('settleInOneStep')
  if (now.at === 'committed')
    step('settles', (flusher, draft) => {
      settle(flusher, draft, world)
      if (isSplit) flusher.at = 'removed'
      else end(flusher, draft)
      return undefined
    })
  if (now.at === 'removed')
    step('removes the stamps of the lists', (flusher, draft) => {
      end(flusher, draft)
      return undefined
    })
}

function end(flusher: Flusher, { redis }: State): void {
  redis.list = null
  flusher.done = []
  flusher.at = flusher.rest.length > 0 ? 'batch' : 'ready'
  if (flusher.at === 'ready') Object.assign(flusher, { skip: [], blocked: [], isCareful: false })
}

function settle({ done, skip }: Flusher, { redis }: State, world: World): void {
  const { follows } = world
  const last = done.at(-1)!
  for (const one of done) {
    const marker = redis.markers[one.row]
    const isProved = marker && marker.life === one.life && marker.id >= one.id
    if (!isProved && follows('settleNeedsProof') && !skip.includes(one.id)) redis.guards[one.row] = null
  }
  for (const one of done) unmark(redis, one, world)
  const isDone = ({ id, life }: (typeof done)[number]) =>
    id <= last.id && (life === last.life || !follows('settleNamesLife'))
  const gone = redis.stream.filter(isDone).map(({ id }) => id)
  redis.stream = redis.stream.filter((one) => !isDone(one))
  redis.skip = redis.skip.filter((id) => !gone.includes(id))
}
