import { parseArgs } from 'node:util'
import { wholeOption } from '../../examples/shared/option-numbers.ts'

export interface Options {
  /** Requests that are measured, in each mode. */
  readonly requests: number
  /** Requests before them that do not count. */
  readonly warmUp: number
  readonly cities: number
  readonly seed: number
}

export type Defaults = Omit<Options, 'seed'>

export function usageOf(script: string, { requests, warmUp, cities }: Defaults): string {
  const number = (value: number) => value.toLocaleString('en')
  return `Usage: npm run ${script} -- [options]

  --requests N  requests that are measured, in each of the ways compared (${number(requests)})
  --warmup N    requests before them that do not count, and fill the cache (${number(warmUp)})
  --cities N    load the N largest cities (${number(cities)})
  --seed N      another sequence of requests (1)

DATABASE_URL and REDIS_URL name a PostgreSQL and a Redis to use instead of the ones in this process. The exit code is 1
when an answer was stale.`
}

/** @throws when an option is unknown or not a number in its range. */
export function parseOptions(args: readonly string[], defaults: Defaults): Options | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      requests: { type: 'string', default: String(defaults.requests) },
      warmup: { type: 'string', default: String(defaults.warmUp) },
      cities: { type: 'string', default: String(defaults.cities) },
      seed: { type: 'string', default: '1' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return 'help'
  return {
    requests: wholeOption('requests', values.requests, { min: 1, max: 100_000_000 }),
    warmUp: wholeOption('warmup', values.warmup, { min: 0, max: 100_000_000 }),
    cities: wholeOption('cities', values.cities, { min: 1, max: 1_000_000 }),
    seed: wholeOption('seed', values.seed, { min: 0, max: 2 ** 31 - 1 }),
  }
}
