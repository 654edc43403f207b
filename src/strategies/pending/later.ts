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
  /**
   * Returns those that shall be synchronous, too: all, where a gate has been there for long, as that of a transaction; for who waits may be part of
   * what it waits for.
   */
  atGates(jobs: readonly Job[], gates: readonly string[]): readonly Job[]
  /** The more often others were first, the longer: of several processes one has to go on alone. */
  afterOthers(job: Job): void
}

/** How long a write waits for synchronous ones of its model, and how long one of those may take to be waited for. */
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
  /** Since when each gate has been there, as far as is known here. */
  let seenMs = new Map<string, number>()

  function lookAgain(): void {
    const jobs = waiting
    waiting = []
    for (const job of jobs) enqueue(job)
  }

  return {
    atGates(jobs, gates) {
      const nowMs = clock.nowMs()
      const isLong = (sinceMs: number) => nowMs - sinceMs >= gatePatienceMs
      seenMs = new Map(gates.map((id) => [id, seenMs.get(id) ?? nowMs]))
      if ([...seenMs.values()].some(isLong)) return jobs
      const tired: Job[] = []
      for (const job of jobs) {
        job.gatedSinceMs ??= nowMs
        if (isLong(job.gatedSinceMs)) tired.push(job)
        else {
          if (waiting.length === 0) clock.after((gateLookMs * (1 + random())) / 2, lookAgain)
          waiting.push(job)
        }
      }
      return tired
    },
    afterOthers(job) {
      if (job.attempts <= promptMax) enqueue(job)
      else clock.after(random() * Math.min(2 ** (job.attempts - promptMax), pauseMsMax), () => enqueue(job))
    },
  }
}
