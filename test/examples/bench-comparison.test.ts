import { expect, inject, it, vi } from 'vitest'
import { thenRoundTrips } from '../../bench/comparison/names.ts'
import { caseNames } from '../../bench/comparison/options.ts'
import { runExample } from './run-example.ts'

// A process that fills a dozen caches and measures all of them.
vi.setConfig({ testTimeout: 240_000 })

const sizes = { rounds: '2', warmup: '1', slice: '5', dependents: '50', 'read-dependents': '20' }
// All but the one that differs from the first in the number of its rows, which take most of the time to be filled.
const measured = caseNames.filter((name) => name !== 'findUnique of many').join(',')

it('measures every case in every way of ours, with hits that are hits', async () => {
  const args = [
    '--sources',
    '--no-peers',
    '--cases',
    measured,
    ...Object.entries(sizes).flatMap(([name, value]) => [`--${name}`, value]),
  ]
  const env = { DATABASE_URL: inject('databaseUrl'), REDIS_URL: inject('redisUrl') }
  const { code, output } = await runExample('bench', { args, env })

  const tables = tablesOf(output)
  const hooked = 'plugin, with a hook of another'
  const hits = ['no cache', 'raw', 'floor', 'GET in a hook', 'plugin on Redis', 'plugin embedded']
  const misses = ['no cache', 'plugin on Redis', 'plugin embedded']
  const cases = {
    ...Object.fromEntries(both('include', hits)),
    ...Object.fromEntries(both('findUnique', [...hits, hooked])),
    ...Object.fromEntries(both('list', [...hits, 'plugin, compressed'])),
    ...Object.fromEntries(both('miss', misses)),
    write: ['no cache', 'plugin on Redis', 'plugin, write-through', ...thenRoundTrips],
    uncached: ['no cache', 'pass-through hook', 'plugin on Redis'],
    tag: ['one entry', 'all entries'],
  }
  for (const [name, ways] of Object.entries(cases)) {
    for (const way of ways) {
      // p50, p99, per second, calls; a hit that was none would be a sentence instead.
      const cells = tables.get(name)?.get(way)
      expect(cells, `${name}, ${way}`).toHaveLength(4)
      for (const cell of cells!) expect(cell, `${name}, ${way}`).toBeGreaterThan(0)
    }
  }
  for (const way of ['plugin on Redis', 'plugin embedded', 'plugin, write-through', 'plugin, compressed', hooked]) {
    expect(output).toMatch(new RegExp(`│ ${way} +│ +yes │ +yes │ +yes │`))
  }
  expect(output).not.toContain('not measured')
  expect(code, output).toBe(0)
})

function both(name: string, ways: readonly string[]) {
  return [1, 64].map((inFlight) => [`${name}, ${inFlight} in flight`, ways] as const)
}

/** The numbers of each printed table, by the line above it and the first cell of the row. */
function tablesOf(output: string): ReadonlyMap<string, ReadonlyMap<string, readonly number[]>> {
  const tables = new Map<string, Map<string, readonly number[]>>()
  let title = ''
  let above = ''
  for (const line of output.split('\n')) {
    if (line.startsWith('┌')) {
      title = above
      tables.set(title, new Map())
    }
    const [name, ...cells] = line.split('│').slice(1, -1)
    const numbers = cells.map((cell) => Number.parseFloat(cell.replaceAll(',', '')))
    if (name !== undefined) tables.get(title)?.set(name.trim(), numbers)
    above = line
  }
  return tables
}
