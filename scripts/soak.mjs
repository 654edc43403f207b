// Runs the random programs of the tests for a number of minutes, the same share of it for each kind. Ends at the first failure,
// with its seed and the shrunk program.
import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, resolve } from 'node:path'
import { parseArgs } from 'node:util'

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '6' }, seed: { type: 'string' } } })
const minutes = Number(values.minutes)
if (!(minutes > 0)) {
  console.error('Usage: npm run test:soak -- [--minutes 6] [--seed 1]')
  process.exit(2)
}

/** The tests in test/soak. */
const kinds = 12
const vitest = resolve(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs')
const { status, error } = spawnSync(process.execPath, [vitest, 'run', '--project', 'soak', '--bail', '1'], {
  cwd: resolve(import.meta.dirname, '..'),
  env: {
    ...process.env,
    SOAK_MINUTES: String(minutes / kinds),
    ...(values.seed ? { DIFFERENTIAL_SEED: values.seed } : {}),
  },
  stdio: 'inherit',
})
if (error) throw error
process.exit(status ?? 1)
