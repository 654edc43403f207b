import { basename } from 'node:path'
import { mix } from '../load/traffic.ts'
import type { Race } from '../races.ts'
import { allBroken, type FaultResult, type Results } from '../results.ts'
import { leases } from '../stage/stage.ts'
import { loadDeathTable, writeDeathTable } from './death-tables.ts'
import type { Environment } from './environment.ts'
import { faultNotes, faultTable } from './fault-tables.ts'
import { markdownTable, ms } from './markdown.ts'
import { testsOfRaces } from './tests-of-races.ts'

export interface Page {
  readonly results: Results
  readonly races: readonly Race[]
  readonly environment: Environment
}

/** `docs/assurance.md`. */
export function page({ results, races, environment }: Page): string {
  const having = (...kinds: readonly string[]) =>
    results.faults.filter(({ fault }) => kinds.includes(fault.promise.stale))
  return [
    '# Assurance',
    '<!-- Written by `npm run assurance`. Do not edit: change assurance/ and run it again. -->',
    introduction(environment),
    verdict(results),
    howToRead,
    section('Control', having('found')),
    section('Faults', having('never')),
    section('A declared limit', having('declared')),
    ...(results.writeDeaths ? [killedWriting, writeDeathTable(results.writeDeaths.deaths)] : []),
    ...(results.loadDeaths ? [killedLoading, loadDeathTable(results.loadDeaths.deaths)] : []),
    '## Races',
    'Interleavings that are too rare to wait for are forced, one by one, in tests.',
    raceTable(races),
    '',
  ].join('\n\n')
}

function introduction({ date, command, node, redis, postgres, prisma, cpu, cores, memoryGb }: Environment): string {
  const { leaseMs, loadLeaseMs, loadWaitMs } = leases
  return `Real faults, on real servers, under load. Made by \`${command}\` on ${date}, on ${cores} cores of ${cpu} (${memoryGb} GB) that other
work may have shared; Redis ${redis}, PostgreSQL ${postgres}, Prisma ${prisma}, Node ${node}.

Three processes share a Redis and a PostgreSQL. Two read and write, one only reads, each in ${mix.loops} loops with pauses of
${mix.pauseMs} ms on average: 200 rows by Zipf's law (s = 1), half of them with \`cache-aside\` and half with \`write-through\`;
${mix.groupPercent} % of the reads are lists of ten rows; ${mix.writePercent} % of the requests of a writer count a row up, a fifth of these in an
interactive transaction. \`lease\` is ${ms(leaseMs)}, \`loadLease\` ${ms(loadLeaseMs)}, \`loadWait\` ${ms(loadWaitMs)}, everything else as it comes.
Each fault has servers of its own, and three phases: a quiet one, the fault, and one after it.

**How staleness is checked.** Every process writes down each request: when it began and ended, by the monotonic clock that all
processes of a machine share, and the versions of the rows that it saw or wrote. Afterwards all records are merged. An answer is
_stale_ when some write of the row with a greater version had been acknowledged, by whichever process, before the read began.`
}

function verdict(results: Results): string {
  const broken = allBroken(results)
  if (broken.length === 0) return '**Everything was as promised.**'
  return `**Not everything was as promised:**\n\n${broken.map((what) => `- ${what}`).join('\n')}`
}

const howToRead = `How to read the columns:

- _failed_: requests that ended with an error; none of the faults of Redis may cause any. Requests without an answer would be listed above.
- _stale answers_: rows of answers, after acknowledged writes, as said above.
- _longest added_: the longest request between the beginning of the fault and the recovery, less the median of the quiet phase.
- _recovery_: from the end of the fault until every process had been served from the cache again, and nothing failed any more; a dash: never.
- _hits_: of the reads that were answered, before, during, and after (from the recovery on).

The names lead to the raw data: phases, a time line in steps of 250 ms, and the counters of every process.`

const killedWriting = `## Killed at each step of a write

A fourth process is killed at exactly this step. Its write was never acknowledged, so that nobody is owed the new row; what it had committed
must be seen by all within \`lease\`, here ${ms(leases.leaseMs)}, and the look of the sweepers, a tenth of it. The requests are those of the load, from
the death until the row had been seen by all and written again.`

const killedLoading = `## Killed at each step of a load

A fourth process is killed while the others wait for what it loads. They must not wait longer than \`loadLease\`, here ${ms(leases.loadLeaseMs)}, and
one of them loads it for all. The requests are those of the load meanwhile, of all rows.`

function section(title: string, results: readonly FaultResult[]): string {
  if (results.length === 0) return `## ${title}\n\nNot run.`
  return `## ${title}\n\n${faultTable(results)}\n\n${faultNotes(results)}`
}

function raceTable(races: readonly Race[]): string {
  const tests = testsOfRaces()
  const rows = races.map(({ row, race, limit }) => {
    const forced = (tests.get(row) ?? []).map(({ test, file }) => `_${test}_ ([${basename(file)}](../${file}))`)
    return [row, race, [...(limit === undefined ? [] : [limit]), ...forced].join('; ')]
  })
  return markdownTable(['', 'race', 'forced in'], rows, { numbers: 0 })
}
