// What really happens when things go wrong: faults on real servers under load, and a report of what clients saw of them.
// `npm run assurance`, or `npm run assurance -- --help`.
import { withCleanup } from '../examples/shared/cleanup.ts'
import { stopOpenedSince } from '../test/services/cleanup.ts'
import { type Options, parseOptions, usage } from './options.ts'
import { races } from './races.ts'
import { describeEnvironment } from './report/environment.ts'
import { writeReport } from './report/write-report.ts'
import { allBroken, names, runAll } from './results.ts'

const args = process.argv.slice(2)
const options = readOptions()
if (options !== undefined) await run(options)

async function run(options: Options): Promise<void> {
  await withCleanup(async (later) => {
    later(() => stopOpenedSince())
    const results = await runAll(options, console.log)
    const file = writeReport(options.out, { results, races, environment: describeEnvironment(args) })
    console.log(`\nWritten to ${file}.`)
    const broken = allBroken(results)
    if (broken.length === 0) return
    console.error(`\nNot as promised:\n${broken.map((what) => `  ${what}`).join('\n')}`)
    process.exitCode = 1
  })
}

function readOptions(): Options | undefined {
  try {
    const options = parseOptions(args, names)
    if (options !== 'help') return options
    console.log(usage(names))
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage(names)}`)
    process.exitCode = 2
  }
  return undefined
}
