// The world's cities, served first without and then with the plugin: `npm run demo`, or `npm run demo -- --help`.
import { type Options, parseOptions, usage } from './options.ts'
import { runDemo } from './run.ts'

const options = readOptions()
if (options !== undefined) {
  const { stale } = await runDemo(options)
  if (stale > 0) {
    console.log(`\n${stale} answers were stale: they were not what the database held.`)
    process.exitCode = 1
  }
}

function readOptions(): Options | undefined {
  try {
    const options = parseOptions(process.argv.slice(2))
    if (options !== 'help') return options
    console.log(usage)
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`)
    process.exitCode = 2
  }
  return undefined
}
