import { parseArgs } from 'node:util'
import { numberOption, wholeOption } from '../../examples/shared/option-numbers.ts'
import { type ErrorFormat, errorFormats } from './counters.ts'

export interface Options {
  /** Of the writers, in each way and round. */
  readonly seconds: number
  readonly rounds: number
  /** Before the others, not counted. */
  readonly warmUpRounds: number
  readonly rows: number
  readonly writers: number
  /** Writes that wait before the flush is timed. */
  readonly backlog: number
  readonly seed: number
  readonly errorFormat: ErrorFormat
  /** Measures the sources as they are, which the runner makes slower; else what is published. */
  readonly sources: boolean
}

export const usage = `Usage: npm run bench:write-behind -- [options]

  --seconds N          how long the writers write, in each way and round (8)
  --rounds N           rounds that are measured (3)
  --warmup N           rounds before them that do not count, of 2 s and the same backlog (3)
  --rows N             counters: the N largest cities (10,000)
  --writers N          writers at a time (64)
  --backlog N          writes that wait before a flush is timed (20,000)
  --seed N             another sequence of counters (1)
  --error-format NAME  that of all clients; minimal spares each call a stack trace (colorless)
  --sources            runs the plugin's sources instead of building it first: quick to start, and slower

DATABASE_URL and REDIS_URL name another PostgreSQL and Redis than those on their default local ports. Databases of its own are
created there, and dropped. The exit code is 1 when a counter does not hold what was written.`

/** @throws when an option is unknown or not a number in its range. */
export function parseOptions(args: readonly string[]): Options | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: 'string', default: '8' },
      rounds: { type: 'string', default: '3' },
      warmup: { type: 'string', default: '3' },
      rows: { type: 'string', default: '10000' },
      writers: { type: 'string', default: '64' },
      backlog: { type: 'string', default: '20000' },
      seed: { type: 'string', default: '1' },
      'error-format': { type: 'string', default: 'colorless' },
      sources: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return 'help'
  return {
    seconds: numberOption('seconds', values.seconds, { min: 0.1, max: 3600 }),
    rounds: wholeOption('rounds', values.rounds, { min: 1, max: 1000 }),
    warmUpRounds: wholeOption('warmup', values.warmup, { min: 0, max: 1000 }),
    rows: wholeOption('rows', values.rows, { min: 1, max: 100_000 }),
    writers: wholeOption('writers', values.writers, { min: 1, max: 10_000 }),
    // More than that is not accepted by default.
    backlog: wholeOption('backlog', values.backlog, { min: 1, max: 100_000 }),
    seed: wholeOption('seed', values.seed, { min: 0, max: 2 ** 31 - 1 }),
    errorFormat: errorFormatOption(values['error-format']),
    sources: values.sources,
  }
}

function errorFormatOption(text: string): ErrorFormat {
  const format = errorFormats.find((known) => known === text)
  if (format !== undefined) return format
  throw new Error(`--error-format: expected one of ${errorFormats.join(', ')}, got '${text}'`)
}
