import type { ReadInfo } from '../core/client.ts'
import type { Report } from '../core/events.ts'
import type { FoundAgain } from './found.ts'
import { about, type ReadPlan, type Served } from './read-plan.ts'

/** What was found in the store, and may be served. */
export type Hit = Exclude<FoundAgain, { kind: 'missing' }>

export const missInfo: ReadInfo = { status: 'miss', source: 'database', ageMs: null }

/** Serves what the store has, and says so. */
export function servedFromStore({ kind, result, ageMs }: Hit, plan: ReadPlan, report: Report): Served {
  // Whoever listens is told the age.
  const toldMs = ageMs ?? Number.NaN
  if (kind === 'stale') {
    report({ kind, ...about(plan), ageMs: toldMs, why: 'refreshing' })
    return { result, info: { status: kind, source: 'store', ageMs } }
  }
  const { model, operation, key } = plan
  // Nothing is spread where every hit comes by: that takes longer than the rest of it.
  report({ kind: 'hit', model, operation, key: key.digest, ageMs: toldMs })
  return { result, info: { status: 'hit', source: 'store', ageMs } }
}
