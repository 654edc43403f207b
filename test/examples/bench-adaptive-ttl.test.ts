import { expect, inject, it, vi } from 'vitest'
import { cells, runExample } from './run-example.ts'

vi.setConfig({ testTimeout: 120_000 })

it('compares fixed and adaptive TTLs on the same requests', async () => {
  const args = ['--cities', '10', '--requests', '400', '--warmup', '200']
  const { code, output } = await runExample('bench:adaptive-ttl', {
    args,
    env: { DATABASE_URL: inject('databaseUrl') },
  })
  // Longer than the run: hardly anything is loaded while it counts, and answers stay as they were.
  const [hitRatio, staleAnswers] = cells(output, '1m')
  expect(hitRatio).toBeGreaterThan(95)
  expect(staleAnswers).toBeGreaterThan(0)
  const [shortHits, shortStale] = cells(output, '250ms')
  expect(shortHits).toBeLessThan(hitRatio!)
  expect(shortStale).toBeLessThan(staleAnswers!)
  expect(cells(output, 'adaptive, at most 2 % stale')).toHaveLength(6)
  expect(code).toBe(0)
})
