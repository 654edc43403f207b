import { parseArgs } from 'node:util'
import { numberOption, wholeOption } from '../../examples/shared/option-numbers.ts'

export interface Options {
  readonly rounds: number
  /** Rounds before them that do not count. */
  readonly warmUpRounds: number
  /** How long it is one way's turn. */
  readonly sliceMs: number
  /** Entries that depend on a tag that is invalidated. */
  readonly dependents: number
  /** How many of them are filled by reads; the others are copies of these. */
  readonly readDependents: number
  readonly peers: boolean
  readonly cases: readonly CaseName[]
  /** Measures the sources as they are, which the runner makes slower; else what is published. */
  readonly sources: boolean
  readonly mode: 'print' | 'write' | 'check' | 'profile'
  /** By how much a ratio may be worse than the committed one. */
  readonly tolerance: number
}

export const caseNames = [
  'findUnique',
  'findUnique of many',
  'list',
  'include',
  'write',
  'miss',
  'uncached',
  'tag',
  'memory',
] as const
export type CaseName = (typeof caseNames)[number]

export const usage = `Usage: npm run bench -- [options]

  --rounds N           rounds that are measured (20)
  --warmup N           rounds before them that do not count; eight times as many of lists and rows with others, ten times of writes and misses (3)
  --slice N            milliseconds that one way has before it is the turn of the next (80)
  --dependents N       entries that carry the tags that are invalidated; a million take 1 GB of Redis (1,000,000)
  --read-dependents N  how many of them are filled by reads, the others are copied from these (20,000)
  --cases A,B          some of ${caseNames.join(', ')} (all)
  --no-peers           without the other caches, which are installed in bench/peers otherwise
  --sources            runs the plugin's sources instead of building it first: quick to start, and slower
  --write              writes bench/results/comparison.json, and the table of the README
  --check              compares the ratios with those in that file; the exit code is 1 when one is worse
  --tolerance N        how much worse, in percent, beyond the spread of its rounds (15)
  --profile            measures nothing, and writes to bench/results/profile.txt where the time of a hit goes

DATABASE_URL and REDIS_URL name another PostgreSQL and Redis than those on their default local ports. A database of its own is
created there, and dropped; its own keys are unlinked. The exit code is 1 when a hit of the plugin was none.`

/** @throws when an option is unknown or not in its range. */
export function parseOptions(args: readonly string[]): Options | 'help' {
  const { values } = parseArgs({
    args: [...args],
    allowNegative: true,
    options: {
      rounds: { type: 'string', default: '20' },
      warmup: { type: 'string', default: '3' },
      slice: { type: 'string', default: '80' },
      dependents: { type: 'string', default: '1000000' },
      'read-dependents': { type: 'string', default: '20000' },
      cases: { type: 'string', default: caseNames.join(',') },
      peers: { type: 'boolean', default: true },
      sources: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      check: { type: 'boolean', default: false },
      profile: { type: 'boolean', default: false },
      tolerance: { type: 'string', default: '15' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return 'help'
  const modes = (['write', 'check', 'profile'] as const).filter((mode) => values[mode])
  if (modes.length > 1) throw new Error(`--${modes.join(' and --')}: expected one of them`)
  const cases = casesOption(values.cases)
  if (values.write && (cases.length < caseNames.length || !values.peers || values.sources)) {
    throw new Error('--write: expected all cases, with peers, of what is published')
  }
  return {
    rounds: wholeOption('rounds', values.rounds, { min: 1, max: 10_000 }),
    warmUpRounds: wholeOption('warmup', values.warmup, { min: 0, max: 1000 }),
    sliceMs: numberOption('slice', values.slice, { min: 1, max: 60_000 }),
    dependents: wholeOption('dependents', values.dependents, { min: 2, max: 100_000_000 }),
    readDependents: wholeOption('read-dependents', values['read-dependents'], { min: 1, max: 100_000_000 }),
    peers: values.peers,
    cases,
    sources: values.sources,
    mode: modes[0] ?? 'print',
    tolerance: numberOption('tolerance', values.tolerance, { min: 0, max: 1000 }) / 100,
  }
}

function casesOption(text: string): readonly CaseName[] {
  const names = text.split(',')
  const unknown = names.find((name) => !caseNames.some((known) => known === name))
  if (unknown !== undefined) throw new Error(`--cases: expected some of ${caseNames.join(', ')}, got '${unknown}'`)
  return caseNames.filter((name) => names.includes(name))
}
