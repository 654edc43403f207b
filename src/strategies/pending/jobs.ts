import type { Acceptable, ResolvedWrite } from '../../analysis/pending/pending-write.ts'
import { CacheError, isStoreError } from '../../core/errors.ts'
import type { Base } from './base.ts'
import type { PendingModel } from './pending-model.ts'

/** `synchronous`: to be written at once, for the reason in a line. */
export type Accepted =
  | { readonly kind: 'accepted'; readonly writes: readonly ResolvedWrite[] }
  | { readonly kind: 'synchronous'; readonly reason: string }

/** A write that is to be accepted. It is answered once; and not while it may yet be accepted. */
export interface Job {
  readonly acceptable: Acceptable
  readonly ids: readonly bigint[]
  /** The row that was read for it. */
  base: Base | null
  attempts: number
  readonly resolve: (accepted: Accepted) => void
  readonly reject: (error: unknown) => void
}

const groupMax = 256
/** Fewer are not worth two steps. */
const halvedFrom = 33

/**
 * Takes those that are accepted together off the queue: half of many, so that the store is at one half while this process is at the other.
 * What is all or nothing goes by itself.
 *
 * @param isBusy whether another group has the row of a job. It waits then, and so does what may be about the same row.
 */
export function takeGroup(queue: Job[], isBusy: (job: Job) => boolean): readonly Job[] {
  const max = queue.length < halvedFrom ? queue.length : Math.min(Math.ceil(queue.length / 2), groupMax)
  const group: Job[] = []
  const left: Job[] = []
  for (const [i, job] of queue.entries()) {
    const isAlone = job.acceptable.isWhole || group[0]?.acceptable.isWhole
    if (group.length === max || (group.length > 0 && isAlone)) {
      left.push(...queue.slice(i))
      break
    }
    const isKnown = job.acceptable.lookup !== null
    if (isBusy(job) || (!isKnown && left.length > 0)) left.push(job)
    else group.push(job)
  }
  queue.splice(0, queue.length, ...left)
  return group
}

/** Has the writes made at once. */
export function refuse(jobs: readonly Job[], reason: string): void {
  for (const job of jobs) job.resolve({ kind: 'synchronous', reason })
}

/** Whether the store took them is not known; unless it refused them as a whole, before anything was written. */
export function fail(jobs: readonly Job[], { model }: PendingModel, error: unknown): void {
  if (error instanceof Error && /\bOOM\b/.test(error.message)) refuse(jobs, 'the store is out of memory')
  else for (const job of jobs) job.reject(isStoreError(error) ? unconfirmed(model, error) : error)
}

export function notDurable({ model, durability }: PendingModel): CacheError {
  const message = `A write of ${model} was accepted, but Redis did not confirm in time that it is ${durability}.`
  return new CacheError('WRITE_BEHIND.UNCONFIRMED', message, { model, fix: 'It is applied unless Redis loses it.' })
}

function unconfirmed(model: string, cause: unknown): CacheError {
  return new CacheError('WRITE_BEHIND.UNCONFIRMED', `Redis did not confirm that it accepted a write of ${model}.`, {
    model,
    cause,
    fix: 'It may have been accepted all the same, as a commit may whose answer was lost.',
  })
}
