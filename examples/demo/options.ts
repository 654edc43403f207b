import { parseArgs } from 'node:util'
import { numberOption, wholeOption } from '../shared/option-numbers.ts'
import type { Until } from './serve.ts'

export interface Options {
  /** What is measured of each of the two runs. */
  readonly measured: Until
  /** What comes before and does not count. */
  readonly warmUp: Until
  readonly cities: number
  readonly concurrency: number
  readonly seed: number
  /** Between 0 and 1. */
  readonly writeShare: number
  readonly sabotage: boolean
}

export const usage = `Usage: npm run demo -- [options]

  --seconds N      how long each of the two runs is measured (10)
  --warmup N       seconds of traffic before each run that do not count (5)
  --requests N     measure so many requests of each run, after as many that do not count, however long they take
  --cities N       load the N largest cities (all of them: about 135,000)
  --concurrency N  requests under way at a time (8)
  --writes N       percent of the requests that update a population (0.2)
  --seed N         another sequence of requests (1)
  --sabotage       write behind the plugin's back: the check must find stale answers

DATABASE_URL and REDIS_URL name a PostgreSQL and a Redis to use instead of the ones in this process. The demo makes a
database and a namespace of its own there, and takes both away again. The exit code is 1 when an answer was stale.`

/** @throws when an option is unknown or not a number in its range. */
export function parseOptions(args: readonly string[]): Options | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: 'string', default: '10' },
      warmup: { type: 'string', default: '5' },
      requests: { type: 'string' },
      cities: { type: 'string', default: '1000000' },
      concurrency: { type: 'string', default: '8' },
      writes: { type: 'string', default: '0.2' },
      seed: { type: 'string', default: '1' },
      sabotage: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return 'help'
  const seconds = numberOption('seconds', values.seconds, { min: 0.1, max: 3600 })
  const warmUpSeconds = numberOption('warmup', values.warmup, { min: 0, max: 3600 })
  const requests =
    values.requests === undefined ? null : wholeOption('requests', values.requests, { min: 1, max: 100_000_000 })
  return {
    measured: requests === null ? { seconds } : { requests },
    warmUp: requests === null ? { seconds: warmUpSeconds } : { requests },
    cities: wholeOption('cities', values.cities, { min: 1, max: 1_000_000 }),
    concurrency: wholeOption('concurrency', values.concurrency, { min: 1, max: 1000 }),
    seed: wholeOption('seed', values.seed, { min: 0, max: 2 ** 31 - 1 }),
    writeShare: numberOption('writes', values.writes, { min: 0, max: 100 }) / 100,
    sabotage: values.sabotage,
  }
}
