import { parseArgs } from 'node:util'
import { numberOption, wholeOption } from '../examples/shared/option-numbers.ts'

export interface Options {
  /** Names of what is to be run, in the order of the report. */
  readonly names: readonly string[]
  /** Of each phase: before, during and after a fault. */
  readonly seconds: number
  /** The folder that gets `assurance.md`, and `assurance/*.json` below it. */
  readonly out: string
  readonly seed: number
}

export function usage(names: readonly string[]): string {
  return `Usage: npm run assurance -- [options]

  --only A,B   run these alone (everything); give another --out, so that the page of all is kept
  --seconds N  how long each phase takes: before, during and after a fault (3)
  --out DIR    the folder that gets assurance.md and assurance/*.json (docs)
  --seed N     another sequence of requests (1)

Starts a PostgreSQL and a Redis of its own from the installed programs, and takes them away again. The exit code is 1 when the
control found nothing, or when something happened that is promised never to. Names:
  ${names.join(' ')}`
}

/** @throws when an option is unknown, not a number in its range, or not a name. */
export function parseOptions(args: readonly string[], names: readonly string[]): Options | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string' },
      seconds: { type: 'string', default: '3' },
      out: { type: 'string', default: 'docs' },
      seed: { type: 'string', default: '1' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return 'help'
  const only = values.only?.split(',')
  const unknown = only?.filter((name) => !names.includes(name)) ?? []
  if (unknown.length > 0) throw new Error(`--only: expected names of ${names.join(', ')}, got '${unknown.join(',')}'`)
  return {
    names: names.filter((name) => only?.includes(name) ?? true),
    seconds: numberOption('seconds', values.seconds, { min: 0.5, max: 600 }),
    out: values.out,
    seed: wholeOption('seed', values.seed, { min: 0, max: 1_000_000 }),
  }
}
