import { findStale } from '../oracle/staleness.ts'
import type { Backstage, Stage } from '../stage/stage.ts'
import { underLoad } from '../stage/under-load.ts'
import { type LoadDeath, loadDeaths } from './load-deaths.ts'
import { type WriteDeath, writeDeaths } from './write-deaths.ts'

/** Processes that were killed one after the other, each at another step, while others went on. */
export interface MeasuredDeaths<T> {
  readonly deaths: readonly T[]
  readonly checkedRows: number
  /** After acknowledged writes, by whichever process; a write that was not answered is none. */
  readonly staleAnswers: number
  readonly reports: readonly unknown[]
}

export const deathNames = ['write-deaths', 'load-deaths'] as const

export const measureWriteDeaths = (seed: number, backstage: Backstage): Promise<MeasuredDeaths<WriteDeath>> =>
  measureDeaths(writeDeaths, seed, backstage)

export const measureLoadDeaths = (seed: number, backstage: Backstage): Promise<MeasuredDeaths<LoadDeath>> =>
  measureDeaths(loadDeaths, seed, backstage)

async function measureDeaths<T>(
  run: (stage: Stage, backstage: Backstage) => Promise<readonly T[]>,
  seed: number,
  backstage: Backstage,
): Promise<MeasuredDeaths<T>> {
  const { value, records, reports } = await underLoad({}, seed, backstage, (stage) => run(stage, backstage))
  const { checkedRows, staleAnswers } = findStale([...records.processes.flat(), ...records.others])
  return { deaths: value, checkedRows, staleAnswers: staleAnswers.length, reports }
}
