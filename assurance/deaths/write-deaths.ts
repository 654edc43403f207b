import { withPostgres } from '../../test/services/postgres.ts'
import { waitUntil } from '../../test/services/wait-until.ts'
import { type Row, type RowModel, rowModels, spareRow } from '../load/rows.ts'
import type { Step } from '../load/steps.ts'
import type { Backstage, Stage } from '../stage/stage.ts'
import type { LoadWorker } from '../stage/workers.ts'
import type { Death } from './death.ts'

/** A writer that was killed at a step of its write, which was therefore never acknowledged. */
export interface WriteDeath extends Death {
  readonly step: Step
  /** When it was killed, in words. */
  readonly when: string
  readonly model: RowModel
  readonly isCommitted: boolean
  /** From the death until every other process had been shown what is in the database. */
  readonly seenByAllMs: number
  /** Answers of the others in that time that showed the row as it was before. */
  readonly olderAnswers: number
  /** What the next write of that row took, by another process. */
  readonly nextWriteMs: number
}

/** In this order, so that the lease of no earlier one ends while it is measured how long the commit is not seen. */
const writeSteps: readonly WriteStep[] = [
  { step: 'committed', call: 'write', when: 'it was committed, nothing invalidated' },
  { step: 'invalidated', call: 'write', when: 'it was invalidated, and not answered' },
  { step: 'executed', call: 'writeInTransaction', when: 'its statement had run, its transaction was open' },
  { step: 'intent-recorded', call: 'write', when: 'its intent was recorded, its statement not sent' },
]

interface WriteStep {
  readonly step: Step
  readonly call: 'write' | 'writeInTransaction'
  readonly when: string
}

/** Kills a writer at each step, for rows that are invalidated and for rows that are stored anew. */
export async function writeDeaths(stage: Stage, { workers }: Backstage): Promise<readonly WriteDeath[]> {
  const deaths: WriteDeath[] = []
  for (const [at, { step, call, when }] of writeSteps.entries()) {
    for (const model of rowModels) {
      const [writer] = await workers.take(1)
      const row = spareRow(model, at)
      const seen = await dieWriting(row, writer!, { step, call }, stage)
      deaths.push({ step, when, model, ...seen })
    }
  }
  return deaths
}

async function dieWriting(row: Row, writer: LoadWorker, { step, call }: Omit<WriteStep, 'when'>, stage: Stage) {
  const { workers, leases, nowNs } = stage
  await stage.join(writer)
  // All have it in the cache, and the writer its connections.
  for (const worker of [writer, ...workers, ...workers]) await worker.call('read', row)
  await writer.call('arm', step, { kind: 'die' })
  let diedNs: number | undefined
  void writer.exited.then(() => {
    diedNs = nowNs()
  })
  const dying = writer.call(call, row).catch(() => {})
  const deathNs = await waitUntil(() => diedNs, { what: `the step ${step}`, pollMs: 2 })
  await dying
  const version = await versionInDatabase(row, stage)
  const seen = await Promise.all(workers.map((worker) => worker.call('readUntil', row, version, 5 * leases.leaseMs)))
  const sawNs = seen.map((answers) => answers.at(-1)!.endNs)
  const startedNs = nowNs()
  await workers[0]!.call('write', row)
  const untilNs = nowNs()
  return {
    fromNs: deathNs,
    untilNs,
    isCommitted: version > 0,
    seenByAllMs: Math.round((Math.max(...sawNs) - deathNs) / 1e6),
    olderAnswers: seen.reduce((sum, answers) => sum + answers.length - 1, 0),
    nextWriteMs: Math.round((untilNs - startedNs) / 1e6),
  }
}

/** What became of the write; one whose transaction was open is rolled back by the server. */
function versionInDatabase({ model, id }: Row, { databaseUrl }: Stage): Promise<number> {
  const table = model === 'City' ? '"City"' : 'posts'
  return withPostgres(databaseUrl, async (client) => {
    const { rows } = await client.query<{ views: number }>(`SELECT views FROM ${table} WHERE id = $1`, [id])
    return rows[0]!.views
  })
}
