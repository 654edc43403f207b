import { expect, inject, it, vi } from 'vitest'
import { cells, runExample } from './run-example.ts'

// A process with three databases at once.
vi.setConfig({ testTimeout: 120_000 })

it('finds what was just written in the cache, with write-through, and nothing stale with any strategy', async () => {
  const args = ['--cities', '200', '--requests', '600', '--warmup', '300']
  const { code, output } = await runExample('bench:strategies', { args, env: { DATABASE_URL: inject('databaseUrl') } })
  // Requests come one after the other, so counts are the same in every run.
  const [plain, aside, through] = cells(output, 'database reads')
  expect(plain).toBe(600)
  expect(through).toBeLessThan(aside!)
  expect(cells(output, 'hit ratio, after a vote')).toEqual([0, 0, 100])
  expect(cells(output, 'answers checked').every((count) => count > 50)).toBe(true)
  expect(cells(output, 'stale')).toEqual([0, 0, 0])
  expect(code).toBe(0)
})
