import { expect, inject, it, vi } from 'vitest'
import { cells, runExample } from './run-example.ts'

// A process with three databases, one after the other.
vi.setConfig({ testTimeout: 180_000 })

it('finds precision worth its while, and nothing stale, in any of the ways that it compares', async () => {
  const args = ['--cities', '200', '--requests', '800', '--warmup', '2000']
  const { code, output } = await runExample('bench:precision', { args, env: { DATABASE_URL: inject('databaseUrl') } })
  // Requests come one after the other, so counts are the same in every run.
  const [plain, perModel, precise] = cells(output, 'database reads')
  expect(perModel).toBeLessThanOrEqual(plain!)
  expect(perModel! / precise!).toBeGreaterThan(5)
  expect(cells(output, 'hit ratio')[2]).toBeGreaterThan(85)
  expect(cells(output, 'answers checked').every((count) => count > 100)).toBe(true)
  expect(cells(output, 'stale')).toEqual([0, 0, 0])
  expect(code).toBe(0)
})
