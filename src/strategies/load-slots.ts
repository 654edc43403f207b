import type { Clock } from '../core/clock.ts'
import type { ReadPlan } from './read-plan.ts'

/**
 * Bounds how many loads of a model this process has under way at a time.
 *
 * Next comes the load for which readers together have waited longest: after an invalidation of everything, what many ask for comes back
 * first, and what few ask for comes all the same. What nobody waits for runs only where there is room.
 */
export interface LoadSlots {
  /** Runs it when there is room, and tells it whether it had to wait for that. */
  run<T>(plan: Bounded, load: (hasWaited: boolean) => Promise<T>, waitedMs: WaitedMs): Promise<T>
  /** Runs it if there is room now; `undefined` where there is none. */
  tryRun<T>(plan: Bounded, load: () => Promise<T>): Promise<T> | undefined
}

type Bounded = Pick<ReadPlan, 'model' | 'maxLoads'>

/** How long readers have waited for a load until then, all of them together; 0 when all have left. */
export type WaitedMs = (nowMs: number) => number

interface Waiting {
  readonly waitedMs: WaitedMs
  readonly start: () => void
}

interface Queue {
  running: number
  readonly waiting: Waiting[]
}

/** Of those that wait, so many of the oldest are compared. */
const comparedMax = 1000

export function createLoadSlots({ nowMs }: Pick<Clock, 'nowMs'>): LoadSlots {
  const queues = new Map<string, Queue>()

  function queueOf(model: string): Queue {
    const queue = queues.get(model) ?? { running: 0, waiting: [] }
    queues.set(model, queue)
    return queue
  }

  async function inSlot<T>(queue: Queue, load: () => Promise<T>): Promise<T> {
    try {
      return await load()
    } finally {
      // The slot goes to the next one.
      const next = takeNext(queue.waiting, nowMs())
      if (next) next.start()
      else queue.running -= 1
    }
  }

  return {
    async run({ model, maxLoads }, load, waitedMs) {
      if (maxLoads === Number.POSITIVE_INFINITY) return load(false)
      const queue = queueOf(model)
      const hasWaited = queue.running >= maxLoads
      if (hasWaited) await new Promise<void>((start) => queue.waiting.push({ waitedMs, start }))
      else queue.running += 1
      return inSlot(queue, () => load(hasWaited))
    },
    tryRun({ model, maxLoads }, load) {
      if (maxLoads === Number.POSITIVE_INFINITY) return load()
      const queue = queueOf(model)
      if (queue.running >= maxLoads) return undefined
      queue.running += 1
      return inSlot(queue, load)
    },
  }
}

/** Of equals the one that came first. */
function takeNext(waiting: Waiting[], nowMs: number): Waiting | undefined {
  let [next, most] = [0, Number.NEGATIVE_INFINITY]
  for (const [i, { waitedMs }] of waiting.slice(0, comparedMax).entries()) {
    const ms = waitedMs(nowMs)
    if (ms > most) [next, most] = [i, ms]
  }
  return waiting.splice(next, 1)[0]
}
