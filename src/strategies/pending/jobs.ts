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

/** Takes those that are accepted together off the queue. What is all or nothing goes by itself. */
export function takeGroup(queue: Job[]): readonly Job[] {
  const at = queue.findIndex((job) => job.acceptable.isWhole)
  return queue.splice(0, at === 0 ? 1 : at > 0 ? Math.min(at, groupMax) : groupMax)
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
