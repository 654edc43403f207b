import { expect, inject, it, vi } from 'vitest'
import { parseOptions } from '../../examples/demo/options.ts'
import { percentile } from '../../examples/demo/report.ts'
import { createTraffic } from '../../examples/demo/traffic.ts'
import { createWriteGate } from '../../examples/demo/write-gate.ts'
import { readWorld } from '../../examples/shared/world/world.ts'
import { cells, runExample } from './run-example.ts'

// Each starts a process that starts a PostgreSQL inside itself: seconds, and several times that on a busy machine.
vi.setConfig({ testTimeout: 120_000 })

const small = ['--cities', '500', '--requests', '400', '--writes', '10']

it('serves twice, checks cached answers, and finds none stale', async () => {
  const { code, output } = await runExample('demo', { args: small })
  expect(cell(output, 'stale answers')).toBe(0)
  expect(cell(output, 'cached answers checked')).toBeGreaterThan(10)
  expect(cell(output, 'hit ratio')).toBeGreaterThan(0)
  expect(code).toBe(0)
})

it('counts answers as stale when writes go past the plugin, and exits with 1', async () => {
  const { code, output } = await runExample('demo', { args: [...small, '--sabotage'], env: servers() })
  expect(cell(output, 'stale answers')).toBeGreaterThan(0)
  expect(code).toBe(1)
})

it('finds no stale answer on the PostgreSQL and the Redis that it is given', async () => {
  const args = [...small, '--concurrency', '32']
  const { code, output } = await runExample('demo', { args, env: servers() })
  expect(output).toMatch(/Database: PostgreSQL .*\nStore: +Redis\n/)
  expect(cell(output, 'stale answers')).toBe(0)
  expect(cell(output, 'cached answers checked')).toBeGreaterThan(10)
  expect(code).toBe(0)
})

it('names the option that is wrong', async () => {
  const { code, output } = await runExample('demo', { args: ['--seconds', 'soon'] })
  expect(output).toContain(`--seconds: expected a number from 0.1 to 3600, got 'soon'`)
  expect(code).toBe(2)
  expect(() => parseOptions(['--cities', '1.5'])).toThrow('--cities: expected a whole number')
  expect(() => parseOptions(['--secnods', '1'])).toThrow()
})

it('makes the same requests from the same seed, and others from another', () => {
  const { cities } = readWorld(100)
  const requests = (seed: number) => {
    const traffic = createTraffic({ cities, seed, writeShare: 0.05 })
    return Array.from({ length: 200 }, () => traffic.next())
  }
  expect(requests(1)).toEqual(requests(1))
  expect(requests(1)).not.toEqual(requests(2))
})

it('asks for populous cities more often', () => {
  const city = { name: 'x', countryCode: 'FR', latitude: 0, longitude: 0 }
  const cities = [
    { ...city, id: 1, population: 900 },
    { ...city, id: 2, population: 100 },
  ]
  const traffic = createTraffic({ cities, seed: 1, writeShare: 1 })
  const first = Array.from({ length: 1000 }, () => traffic.next()).filter((one) => 'id' in one && one.id === 1)
  expect(first.length).toBeGreaterThan(850)
  expect(first.length).toBeLessThan(950)
})

it('checks while no write is under way, and holds writes back meanwhile', async () => {
  const gate = createWriteGate()
  const events: string[] = []
  let endFirst = () => {}
  const held = new Promise<void>((done) => {
    endFirst = done
  })
  const writing = gate.write(() => held.then(() => events.push('first write')))
  const checking = gate.withoutWrites(async () => void events.push('check'))
  const second = gate.write(async () => void events.push('second write'))
  endFirst()
  await Promise.all([writing, checking, second])
  expect(events).toEqual(['first write', 'check', 'second write'])
})

it('takes percentiles by rank', () => {
  const values = Array.from({ length: 100 }, (_, i) => 100 - i)
  expect([0.5, 0.99, 1].map((share) => percentile(values, share))).toEqual([50, 99, 100])
})

/** Those of the tests: a PostgreSQL in the process of the example takes most of its time. */
function servers() {
  return { DATABASE_URL: inject('databaseUrl'), REDIS_URL: inject('redisUrl') }
}

/** The number in the last column of a row of the table. */
function cell(output: string, row: string): number {
  return cells(output, row).at(-1) ?? Number.NaN
}
