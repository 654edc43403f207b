import type { Clock } from '../../core/clock.ts'
import type { Job } from './jobs.ts'

export interface LaterDeps {
  readonly clock: Clock
  /** Between 0 and 1. */
  readonly random: () => number
  /** Has a job tried once more. */
  readonly enqueue: (job: Job) => void
}

/**
 * Writes that could not be accepted now, and may be in a moment.
 *
 * Who does not wait writes synchronously, and keeps all others from being accepted meanwhile: of several writers one after the other would, and the
 * model would not come back to accepting until they stop.
 */
export interface Later {
  /** `false` where it has waited for synchronous writes for so long that it shall be one, too: who waits may be part of what they wait for. */
  atGate(job: Job): boolean
  /** The more often others were first, the longer: of several processes one has to go on alone. */
  afterOthers(job: Job): void
}

/** How long a write waits for synchronous ones of its model. */
const gatePatienceMs = 250
/** How often it looks for the end of them: from half of it to all of it. */
const gateLookMs = 12
/** As often others may be first without a pause. */
const promptMax = 2
/** The pauses double up to this. */
const pauseMsMax = 16

export function createLater({ clock, random, enqueue }: LaterDeps): Later {
  /** They come again together. */
  let waiting: Job[] = []

  function lookAgain(): void {
    const jobs = waiting
    waiting = []
    for (const job of jobs) enqueue(job)
  }

  return {
    atGate(job) {
      const nowMs = clock.nowMs()
      job.gatedSinceMs ??= nowMs
      if (nowMs - job.gatedSinceMs >= gatePatienceMs) return false
      if (waiting.length === 0) clock.after((gateLookMs * (1 + random())) / 2, lookAgain)
      waiting.push(job)
      return true
    },
    afterOthers(job) {
      if (job.attempts <= promptMax) enqueue(job)
      else clock.after(random() * Math.min(2 ** (job.attempts - promptMax), pauseMsMax), () => enqueue(job))
    },
  }
}
