import { isFailed } from '../oracle/figures.ts'
import { findStale } from '../oracle/staleness.ts'
import type { Backstage, Stage } from '../stage/stage.ts'
import { underLoad } from '../stage/under-load.ts'
import type { Death } from './death.ts'
import { type LoadDeath, loadDeaths } from './load-deaths.ts'
import { type WriteDeath, writeDeaths } from './write-deaths.ts'

/** What the processes of the load saw in that time, of all rows. */
export interface SeenByOthers {
  readonly requests: number
  readonly failedRequests: number
  /** After acknowledged writes, by whichever process; a write that was not answered is none. */
  readonly staleAnswers: number
  readonly longestRequestMs: number
}

/** Processes that were killed one after the other, each at another step, while others went on. */
export interface MeasuredDeaths<T> {
  readonly deaths: readonly (T & SeenByOthers)[]
  readonly checkedRows: number
  /** In the whole time, also between the deaths. */
  readonly staleAnswers: number
  readonly failedRequests: number
  readonly reports: readonly unknown[]
}

export const deathNames = ['write-deaths', 'load-deaths'] as const

export const measureWriteDeaths = (seed: number, backstage: Backstage): Promise<MeasuredDeaths<WriteDeath>> =>
  measureDeaths(writeDeaths, seed, backstage)

export const measureLoadDeaths = (seed: number, backstage: Backstage): Promise<MeasuredDeaths<LoadDeath>> =>
  measureDeaths(loadDeaths, seed, backstage)

async function measureDeaths<T extends Death>(
  run: (stage: Stage, backstage: Backstage) => Promise<readonly T[]>,
  seed: number,
  backstage: Backstage,
): Promise<MeasuredDeaths<T>> {
  const { value, records, reports } = await underLoad({}, seed, backstage, (stage) => run(stage, backstage))
  const processes = records.processes.flat()
  const { checkedRows, staleAnswers } = findStale([...processes, ...records.others])
  const seen = ({ fromNs, untilNs }: Death): SeenByOthers => {
    const during = processes.filter(({ startNs, endNs }) => endNs >= fromNs && startNs <= untilNs)
    const longestNs = during.reduce((longest, { startNs, endNs }) => Math.max(longest, endNs - startNs), 0)
    return {
      requests: during.length,
      failedRequests: during.filter(isFailed).length,
      staleAnswers: staleAnswers.filter(({ read }) => during.includes(read)).length,
      longestRequestMs: Math.round(longestNs / 1e6),
    }
  }
  return {
    deaths: value.map((death) => ({ ...death, ...seen(death) })),
    checkedRows,
    staleAnswers: staleAnswers.length,
    failedRequests: processes.filter(isFailed).length,
    reports,
  }
}
