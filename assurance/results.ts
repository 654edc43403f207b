import type { Death } from './deaths/death.ts'
import type { LoadDeath } from './deaths/load-deaths.ts'
import { deathNames, type MeasuredDeaths, measureLoadDeaths, measureWriteDeaths } from './deaths/measure-deaths.ts'
import type { WriteDeath } from './deaths/write-deaths.ts'
import type { Fault } from './faults/fault.ts'
import { faults } from './faults/faults.ts'
import { type MeasuredFault, measureFault } from './faults/measure-fault.ts'
import type { Options } from './options.ts'
import { startSeededPostgres } from './stage/database.ts'
import type { Backstage } from './stage/stage.ts'
import { createWorkers } from './stage/workers.ts'
import { brokenPromises } from './verdict.ts'

/** Everything that can be run, in this order. */
export const names: readonly string[] = [...faults.map(({ name }) => name), ...deathNames]

export interface FaultResult {
  readonly fault: Fault
  /** Or why it was not run. */
  readonly measured: MeasuredFault | string
  readonly broken: readonly string[]
}

export interface Results {
  readonly faults: readonly FaultResult[]
  readonly writeDeaths: MeasuredDeaths<WriteDeath> | null
  readonly loadDeaths: MeasuredDeaths<LoadDeath> | null
}

/** Runs what was asked for, one after the other, and says how each one went. */
export async function runAll(options: Options, say: (line: string) => void): Promise<Results> {
  let postgres: ReturnType<typeof startSeededPostgres> | undefined
  const backstage: Backstage = {
    workers: createWorkers(),
    postgres: () => {
      postgres ??= startSeededPostgres()
      return postgres
    },
  }
  const results: FaultResult[] = []
  for (const fault of faults.filter(({ name }) => options.names.includes(name))) {
    const result = await runFault(fault, options, backstage)
    say(`${fault.name}: ${summary(result)}`)
    results.push(result)
  }
  const deathsOf = async <T extends Death>(
    name: string,
    run: (seed: number, backstage: Backstage) => Promise<MeasuredDeaths<T>>,
  ) => {
    if (!options.names.includes(name)) return null
    const measured = await run(options.seed, backstage)
    say(`${name}: ${measured.deaths.length} processes killed, ${measured.staleAnswers} stale answers`)
    return measured
  }
  return {
    faults: results,
    writeDeaths: await deathsOf('write-deaths', measureWriteDeaths),
    loadDeaths: await deathsOf('load-deaths', measureLoadDeaths),
  }
}

/** What was promised and is not so, in all results. */
export function allBroken({ faults, writeDeaths, loadDeaths }: Results): readonly string[] {
  const of = (name: 'staleAnswers' | 'failedRequests') => (writeDeaths?.[name] ?? 0) + (loadDeaths?.[name] ?? 0)
  const [staleAnswers, failedRequests] = [of('staleAnswers'), of('failedRequests')]
  return [
    ...faults.flatMap(({ fault, broken }) => broken.map((what) => `${fault.name}: ${what}`)),
    ...(staleAnswers > 0 ? [`killed processes: ${staleAnswers} stale answers after acknowledged writes`] : []),
    ...(failedRequests > 0 ? [`killed processes: ${failedRequests} failed requests of others`] : []),
  ]
}

async function runFault(fault: Fault, { seconds, seed }: Options, backstage: Backstage): Promise<FaultResult> {
  const missing = fault.missing?.()
  if (missing !== undefined) return { fault, measured: missing, broken: [] }
  const measured = await measureFault(fault, { secondsPerPhase: seconds, seed }, backstage)
  return { fault, measured, broken: brokenPromises(fault.promise, measured.figures) }
}

function summary({ measured, broken }: FaultResult): string {
  if (typeof measured === 'string') return `not run: ${measured}`
  const { requests, staleAnswers, failedReads, failedWrites } = measured.figures
  const what = `${requests} requests, ${failedReads + failedWrites} failed, ${staleAnswers} stale answers`
  return broken.length === 0 ? what : `${what}; PROMISED OTHERWISE`
}
