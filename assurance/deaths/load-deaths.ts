import { execFileSync } from 'node:child_process'
import { withPostgres } from '../../test/services/postgres.ts'
import { waitUntil } from '../../test/services/wait-until.ts'
import { type Row, spareRow } from '../load/rows.ts'
import type { Step } from '../load/steps.ts'
import { type Backstage, joinedName, type Stage } from '../stage/stage.ts'
import type { LoadWorker } from '../stage/workers.ts'
import type { Death } from './death.ts'

/** A reader that was killed at a step of a load for which others were waiting. */
export interface LoadDeath extends Death {
  readonly step: LoadStep
  /** When it was killed, in words. */
  readonly when: string
  /** The longest that a read of that row took in another process. */
  readonly longestReadMs: number
  /** Reads of that row, in the other processes, while there was no entry. */
  readonly reads: number
  /** Queries for it by these processes. */
  readonly queries: number
}

type LoadStep = Extract<Step, 'load-begun' | 'loaded'> | 'query-running'

const loadSteps: readonly { readonly step: LoadStep; readonly when: string }[] = [
  { step: 'load-begun', when: 'it had the lease and the stamps, its query was not sent' },
  { step: 'query-running', when: 'its query was running, held by a lock' },
  { step: 'loaded', when: 'its query was answered, nothing stored' },
]
const readsPerProcess = 5

/** Kills a reader at each step of a load. */
export async function loadDeaths(stage: Stage, { workers: idle }: Backstage): Promise<readonly LoadDeath[]> {
  const deaths: LoadDeath[] = []
  for (const [at, { step, when }] of loadSteps.entries()) {
    const [reader] = await idle.take(1)
    await stage.join(reader!)
    // Its connections are open, as those of a server at work are.
    await reader!.call('read', spareRow('City', loadSteps.length))
    const row = spareRow('City', at)
    const die = step === 'query-running' ? dieInQuery : dieFrozen(step)
    deaths.push({ step, when, ...(await die(reader!, row, stage)) })
  }
  return deaths
}

/** The process is as good as dead from the step on; it is killed while others already wait for it. */
function dieFrozen(step: Step) {
  return async (reader: LoadWorker, row: Row, stage: Stage) => {
    await reader.call('arm', step, { kind: 'freeze' })
    const dying = reader.call('read', row).catch(() => {})
    await waitUntil(() => isFrozen(reader.pid), { what: `the step ${step}`, pollMs: 5 })
    const others = readByOthers(row, stage)
    await reader.kill()
    await dying
    return others
  }
}

async function dieInQuery(reader: LoadWorker, row: Row, stage: Stage) {
  return withPostgres(stage.databaseUrl, async (client) => {
    await client.query('BEGIN; LOCK TABLE "City" IN ACCESS EXCLUSIVE MODE')
    const dying = reader.call('read', row).catch(() => {})
    await waitUntil(() => isHeld(stage.databaseUrl), { what: 'the query to wait for the lock', pollMs: 5 })
    const others = readByOthers(row, stage)
    await reader.kill()
    await client.query('COMMIT')
    await dying
    return others
  })
}

async function readByOthers(row: Row, { workers, nowNs }: Stage) {
  const fromNs = nowNs()
  await Promise.all(workers.map((worker) => worker.call('watch', row.id)))
  const reads = workers.flatMap((worker) => Array.from({ length: readsPerProcess }, () => worker.call('read', row)))
  const answers = await Promise.all(reads)
  const queries = await Promise.all(workers.map((worker) => worker.call('selects')))
  return {
    fromNs,
    untilNs: Math.max(...answers.map(({ endNs }) => endNs)),
    longestReadMs: Math.round(Math.max(...answers.map(({ startNs, endNs }) => endNs - startNs)) / 1e6),
    reads: answers.length,
    queries: queries.reduce((sum, count) => sum + count),
  }
}

function isFrozen(pid: number): boolean {
  return execFileSync('ps', ['-o', 'state=', '-p', String(pid)], { encoding: 'utf8' }).startsWith('T')
}

/** Whether a query of the process that joined waits for a lock. */
function isHeld(databaseUrl: string): Promise<boolean> {
  return withPostgres(databaseUrl, async (client) => {
    const { rowCount } = await client.query(
      `SELECT FROM pg_stat_activity WHERE application_name = $1 AND wait_event_type = 'Lock'`,
      [joinedName],
    )
    return rowCount === 1
  })
}
