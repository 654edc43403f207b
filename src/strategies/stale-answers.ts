import { LRUCache } from 'lru-cache'
import type { Clock } from '../core/clock.ts'
import { CacheError } from '../core/errors.ts'
import { inTime } from '../core/in-time.ts'
import type { Spare } from './found.ts'
import type { ReadPlan } from './read-plan.ts'
import { createReader, type Reader } from './readers.ts'

export interface StaleAnswersDeps {
  readonly clock: Clock
  /** Whether an error says that the database is out of reach, and nothing about the query. */
  readonly isOutage: (error: unknown) => boolean
}

/** What became of a read: what was loaded, or an entry past its time, and why. */
export type Outcome<T> =
  | { readonly kind: 'loaded'; readonly value: T }
  | { readonly kind: 'spare'; readonly spare: Spare; readonly why: 'failed' | 'slow' }

/** Serves an entry past its time where that was allowed, rather than an error or a long wait. */
export interface StaleAnswers {
  /**
   * Waits for a load, within the limits of the plan. One that is too late goes on, if it has begun.
   *
   * @param start not called while an entry rests: its last load failed a moment ago, and another attempt would only add to the trouble.
   * @throws what the load throws, and CacheError `LOAD.TIMEOUT`.
   */
  wait<T>(plan: ReadPlan, spare: Spare | null, start: (reader: Reader) => Promise<T>): Promise<Outcome<T>>
  /** To be told of every load that failed. */
  failed(plan: ReadPlan, error: unknown): void
  /** What goes on although its reader was answered. */
  running(): readonly Promise<unknown>[]
}

/** How long an entry rests in this process after a load has failed. */
export const restMs = 1000
const restingMax = 10_000

export function createStaleAnswers({ clock, isOutage }: StaleAnswersDeps): StaleAnswers {
  const resting = new LRUCache<string, true>({ max: restingMax, ttl: restMs })
  const left = new Set<Promise<unknown>>()
  const idOf = ({ key }: ReadPlan) => `${key.model} ${key.digest}`

  function failed(plan: ReadPlan, error: unknown): void {
    if (isOutage(error)) resting.set(idOf(plan), true)
  }

  function goesOn(load: Promise<unknown>): void {
    const ended: Promise<void> = load.then(
      () => void left.delete(ended),
      () => void left.delete(ended),
    )
    left.add(ended)
  }

  return {
    failed,
    running: () => [...left],
    async wait(plan, spare, start) {
      if (spare && resting.has(idOf(plan))) return { kind: 'spare', spare, why: 'failed' }
      const { softMs, hardMs } = plan.loadTimeout
      const reader = createReader()
      const load = start(reader)
      const waited = await inTime(load, spare ? Math.min(softMs, hardMs) : hardMs, clock)
      if (waited.kind === 'done') return { kind: 'loaded', value: waited.value }
      if (waited.kind === 'late') {
        reader.leave({ isAnswered: spare !== null })
        goesOn(load)
      }
      if (spare && waited.kind === 'late') return { kind: 'spare', spare, why: 'slow' }
      const error = waited.kind === 'late' ? timeout(plan, hardMs) : waited.error
      if (spare && isOutage(error)) return { kind: 'spare', spare, why: 'failed' }
      throw error
    },
  }
}

function timeout({ model, operation }: ReadPlan, limitMs: number): CacheError {
  return new CacheError('LOAD.TIMEOUT', `A ${operation} of ${model} was not answered within ${limitMs} ms.`, {
    model,
    fix: 'A query that has been sent goes on, and its result is cached. Raise loadTimeout.hard, or set staleIfError to be answered with what there is.',
  })
}
