import type { Clock } from '../core/clock.ts'
import type { ReadPlan } from './read-plan.ts'
import type { Waiting } from './readers.ts'

/**
 * Bounds how many loads of a model this process has under way at a time.
 *
 * Next comes the load for which readers together have waited longest: after an invalidation of everything, what many ask for comes back
 * first, and what few ask for comes all the same. What nobody waits for comes last, and what is of no use any more leaves the queue.
 */
export interface LoadSlots {
  /** Waits for room. @throws LoadGivenUp when nobody wants it any more. */
  take(plan: Bounded, waiting: Waiting): Promise<Slot>
  /** `undefined` where there is no room now. */
  tryTake(plan: Bounded): Slot | undefined
}

export interface Slot {
  /** Gives it to the next one. Once is enough. */
  free(): void
}

type Bounded = Pick<ReadPlan, 'model' | 'maxLoads'>

/** All readers of a load have left while it waited. */
export class LoadGivenUp extends Error {}

interface Queued {
  readonly waiting: Waiting
  readonly start: () => void
}

interface Queue {
  running: number
  readonly queued: Queued[]
}

/** Of those that wait, so many of the oldest are compared. */
const comparedMax = 1000

export function createLoadSlots({ nowMs }: Pick<Clock, 'nowMs'>): LoadSlots {
  const queues = new Map<string, Queue>()

  function queueOf(model: string): Queue {
    const queue = queues.get(model) ?? { running: 0, queued: [] }
    queues.set(model, queue)
    return queue
  }

  function slotOf(queue: Queue): Slot {
    let isFree = false
    return {
      free() {
        if (isFree) return
        isFree = true
        const next = takeNext(queue.queued, nowMs())
        if (next) next.start()
        else queue.running -= 1
      },
    }
  }

  return {
    async take({ model, maxLoads }, waiting) {
      if (maxLoads === Number.POSITIVE_INFINITY) return unlimited
      const queue = queueOf(model)
      if (queue.running < maxLoads) queue.running += 1
      else await enqueued(queue.queued, waiting)
      return slotOf(queue)
    },
    tryTake({ model, maxLoads }) {
      if (maxLoads === Number.POSITIVE_INFINITY) return unlimited
      const queue = queueOf(model)
      if (queue.running >= maxLoads) return undefined
      queue.running += 1
      return slotOf(queue)
    },
  }
}

const unlimited: Slot = { free() {} }

function enqueued(queued: Queued[], waiting: Waiting): Promise<void> {
  return new Promise<void>((start, giveUp) => {
    const one: Queued = { waiting, start }
    queued.push(one)
    waiting.onGone(() => {
      const at = queued.indexOf(one)
      if (at < 0) return
      queued.splice(at, 1)
      giveUp(new LoadGivenUp('All readers have left.'))
    })
  })
}

/** Of equals the one that came first. */
function takeNext(queued: Queued[], nowMs: number): Queued | undefined {
  let [next, most] = [0, Number.NEGATIVE_INFINITY]
  for (const [i, { waiting }] of queued.slice(0, comparedMax).entries()) {
    const urgency = waiting.urgency(nowMs)
    if (urgency > most) [next, most] = [i, urgency]
  }
  return queued.splice(next, 1)[0]
}
