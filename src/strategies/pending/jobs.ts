import type { Acceptable, ResolvedWrite } from '../../analysis/pending/pending-write.ts'
import type { Stamp } from '../../core/entry-key.ts'
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
  /** What was reserved for the rows that want an id; `null` before that. */
  ids: ReservedIds | null
  /** The row that was read for it. */
  base: Base | null
  attempts: number
  /** Since when it has met synchronous writes; `null` before it does. */
  gatedSinceMs: number | null
  readonly resolve: (accepted: Accepted) => void
  readonly reject: (error: unknown) => void
}

/** Nobody else gets them as long as the model has this root: a sequence may begin anew with a statement, which drops it. */
export interface ReservedIds {
  readonly root: Stamp
  readonly values: readonly bigint[]
}

const groupMax = 256
/** Fewer are not worth two steps. */
const halvedFrom = 33
/** Of many that wait for one row, all would be looked at again and again. */
const lookedAtMax = 4 * groupMax

/**
 * Takes those that are accepted together off the queue: half of many, so that the store is at one half while this process is at the other.
 * What is all or nothing goes by itself.
 *
 * @param isBusy whether another group has the row of a job. It waits then; and nothing goes past one that waits and tells no row: they may
 *   be about the same.
 */
export function takeGroup(queue: Job[], isBusy: (job: Job) => boolean): readonly Job[] {
  const max = queue.length < halvedFrom ? queue.length : Math.min(Math.ceil(queue.length / 2), groupMax)
  const group: Job[] = []
  let left = 0
  while (left + group.length < Math.min(queue.length, lookedAtMax)) {
    const job = queue[left + group.length]!
    const isAlone = job.acceptable.isWhole || group[0]?.acceptable.isWhole
    if (group.length === max || (group.length > 0 && isAlone)) break
    if (left > 0 && job.acceptable.lookup === null) break
    if (isBusy(job)) {
      queue[left] = job
      left += 1
    } else group.push(job)
  }
  queue.splice(left, group.length)
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
