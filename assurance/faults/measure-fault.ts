import { setTimeout as delay } from 'node:timers/promises'
import { waitUntil } from '../../test/services/wait-until.ts'
import { type Figures, figuresOf, type Phases } from '../oracle/figures.ts'
import { findStale, type StaleAnswer } from '../oracle/staleness.ts'
import { type Bucket, timeLine } from '../oracle/time-line.ts'
import type { Backstage, Stage } from '../stage/stage.ts'
import { underLoad } from '../stage/under-load.ts'
import type { Evidence, Fault, Harm } from './fault.ts'

/** What became of one fault. */
export interface MeasuredFault {
  readonly figures: Figures
  readonly evidence: Evidence
  readonly phases: Phases
  readonly timeLine: readonly Bucket[]
  /** A few of the stale answers. */
  readonly examples: readonly StaleAnswer[]
  readonly reports: readonly unknown[]
}

export interface MeasureOptions {
  /** Of the quiet phase, of the fault, and of the phase after it. */
  readonly secondsPerPhase: number
  readonly seed: number
}

/** How long the end of a fault may be felt before it counts as for ever. */
const recoveryMsMax = 20_000
const examplesMax = 10

/** Does the harm to servers and processes under load, after a quiet phase, and takes it back. */
export async function measureFault(
  fault: Fault,
  { secondsPerPhase, seed }: MeasureOptions,
  backstage: Backstage,
): Promise<MeasuredFault> {
  const { value, records, reports } = await underLoad(fault.needs ?? {}, seed, backstage, async (stage) =>
    pass(stage, await fault.prepare(stage), secondsPerPhase * 1000),
  )
  return {
    ...value,
    figures: figuresOf(records, value.phases, fault.victims ?? 0),
    timeLine: timeLine(records.processes.flat()),
    examples: findStale([...records.processes.flat(), ...records.others]).staleAnswers.slice(0, examplesMax),
    reports,
  }
}

async function pass({ workers, nowNs }: Stage, harm: Harm, phaseMs: number) {
  const quietNs = nowNs()
  await delay(phaseMs)
  const faultNs = nowNs()
  await harm.start()
  await delay(phaseMs)
  const evidence = await harm.end()
  const endNs = nowNs()
  const isWell = async () => {
    const all = await Promise.all(workers.map((worker) => worker.call('progress')))
    return all.every(({ lastHitNs }) => lastHitNs >= endNs)
  }
  // Where that does not come about, the figures say so.
  await waitUntil(isWell, { what: 'hits in every process', deadlineMs: recoveryMsMax }).catch(() => {})
  await delay(phaseMs)
  return { phases: { quietNs, faultNs, endNs, overNs: nowNs() }, evidence }
}
