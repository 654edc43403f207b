import { expect, inject, it, vi } from 'vitest'
import { cells, runExample } from './run-example.ts'

// A process that makes seven databases.
vi.setConfig({ testTimeout: 120_000 })

it('counts each increment exactly once, whichever way it was written, and reports', async () => {
  const sizes = [
    '--sources',
    '--seconds',
    '0.3',
    '--warmup',
    '0',
    '--rounds',
    '2',
    '--rows',
    '200',
    '--writers',
    '8',
    '--backlog',
    '1200',
  ]
  const env = { DATABASE_URL: inject('databaseUrl'), REDIS_URL: inject('redisUrl') }
  const { code, output } = await runExample('bench:write-behind', { args: sizes, env })
  const accepted = cells(output, 'writes accepted')
  expect(accepted).toHaveLength(5)
  expect(accepted.every((writes) => writes > 0)).toBe(true)
  expect(output).toMatch(/first write of each counter.*: [\d,]+\/s, [\d.]+ times direct/)
  expect(cells(output, 'in the database')).toEqual(accepted)
  expect(cells(output, 'wrong counters')).toEqual([0, 0, 0, 0, 0])
  for (const row of ['accepted/s', 'applied/s', 'a write, p50', 'a write, p99']) {
    expect(cells(output, row), row).toHaveLength(4)
  }
  expect(cells(output, 'drained/s')).toHaveLength(2)
  expect(code).toBe(0)
})
