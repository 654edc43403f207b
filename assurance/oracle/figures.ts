import { median } from '../../bench/strategies/report.ts'
import type { RequestRecord } from '../load/record-log.ts'
import type { Records } from './read-records.ts'
import { findStale } from './staleness.ts'

/** Moments of a run, in nanoseconds of the clock of its records. */
export interface Phases {
  readonly quietNs: number
  readonly faultNs: number
  /** The fault was taken back. */
  readonly endNs: number
  /** The load was stopped. */
  readonly overNs: number
}

export interface Figures {
  readonly requests: number
  readonly reads: number
  readonly writes: number
  readonly failedReads: number
  readonly failedWrites: number
  readonly hungRequests: number
  /** By code. */
  readonly failureCodes: Readonly<Record<string, number>>
  readonly checkedRows: number
  readonly staleAnswers: number
  /** The longest that a row had been out of date when it was shown; `null` where none was. */
  readonly longestStaleMs: number | null
  /** The longest read, and the longest write, between the fault and the recovery, beyond the median of the quiet phase. */
  readonly addedReadMs: number
  readonly addedWriteMs: number
  /** From the end of the fault until every process had been served a hit and no request failed any more; `null`: never. */
  readonly recoveryMs: number | null
  /** Between 0 and 1, of the reads that were answered; `null` where there was none. */
  readonly hitRatio: Readonly<Record<'quiet' | 'fault' | 'after', number | null>>
}

/** @param victims how many processes, the first ones, are left out where it is told how long requests took. */
export function figuresOf({ processes, others }: Records, phases: Phases, victims: number): Figures {
  const records = processes.flat()
  const { checkedRows, staleAnswers } = findStale([...records, ...others])
  const recoveredNs = recovery(processes, phases)
  const [unharmedReads, unharmedWrites] = divided(processes.slice(victims).flat())
  const [reads, writes] = divided(records)
  const [failedReads, failedWrites] = [reads.filter(isFailed), writes.filter(isFailed)]
  const added = (some: readonly RequestRecord[]) => addedMs(some, phases, recoveredNs ?? phases.overNs)
  return {
    requests: records.length,
    reads: reads.length,
    writes: writes.length,
    failedReads: failedReads.length,
    failedWrites: failedWrites.length,
    hungRequests: records.filter(({ status }) => status === 'hung').length,
    failureCodes: countBy([...failedReads, ...failedWrites].map(({ code, kind }) => `${kind}: ${code}`)),
    checkedRows,
    staleAnswers: staleAnswers.length,
    longestStaleMs: staleAnswers.length === 0 ? null : rounded(Math.max(...staleAnswers.map(({ lagMs }) => lagMs))),
    addedReadMs: added(unharmedReads),
    addedWriteMs: added(unharmedWrites),
    recoveryMs: recoveredNs === null ? null : rounded((recoveredNs - phases.endNs) / 1e6),
    hitRatio: {
      quiet: hitRatio(reads, phases.quietNs, phases.faultNs),
      fault: hitRatio(reads, phases.faultNs, phases.endNs),
      after: hitRatio(reads, recoveredNs ?? phases.endNs, phases.overNs),
    },
  }
}

/** When all was well again. */
function recovery(processes: readonly (readonly RequestRecord[])[], { endNs }: Phases): number | null {
  const hits = processes.map((records) =>
    Math.min(
      ...records.filter(({ status, startNs }) => status === 'hit' && startNs >= endNs).map((one) => one.endNs),
      Number.POSITIVE_INFINITY,
    ),
  )
  const failures = processes.flat().filter((one) => isFailed(one) && one.endNs > endNs)
  const recoveredNs = failures.reduce((latest, one) => Math.max(latest, one.endNs), Math.max(...hits))
  return Number.isFinite(recoveredNs) ? recoveredNs : null
}

function addedMs(records: readonly RequestRecord[], { quietNs, faultNs }: Phases, untilNs: number): number {
  const took = (some: readonly RequestRecord[]) => some.map(({ startNs, endNs }) => (endNs - startNs) / 1e6)
  const quiet = took(records.filter(({ startNs, endNs }) => startNs >= quietNs && endNs <= faultNs))
  const harmed = took(records.filter(({ startNs, endNs }) => endNs >= faultNs && startNs <= untilNs))
  return rounded(Math.max(0, ...harmed) - (quiet.length === 0 ? 0 : median(quiet)))
}

function hitRatio(reads: readonly RequestRecord[], fromNs: number, toNs: number): number | null {
  const answered = reads.filter((one) => one.startNs >= fromNs && one.startNs < toNs && !isFailed(one))
  if (answered.length === 0) return null
  const hits = answered.filter(({ status }) => status === 'hit' || status === 'stale')
  return Math.round((1000 * hits.length) / answered.length) / 1000
}

/** Reads, and writes. */
function divided(records: readonly RequestRecord[]) {
  return [records.filter(({ kind }) => kind !== 'write'), records.filter(({ kind }) => kind === 'write')] as const
}

/** Ended with an error, or never. */
export function isFailed({ status }: RequestRecord): boolean {
  return status === 'failed' || status === 'hung'
}

function countBy(names: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1
  return counts
}

function rounded(ms: number): number {
  return Math.round(ms * 10) / 10
}
