import { expect, inject, it, vi } from 'vitest'
import { withPostgres } from '../services/postgres.ts'
import { startRedis } from '../services/redis.ts'
import { redisCommand } from '../services/redis-command.ts'
import { runExample } from './run-example.ts'

// Each starts a process that starts a PostgreSQL inside itself: seconds, and several times that on a busy machine.
vi.setConfig({ testTimeout: 120_000 })

it('quick start: misses, hits, and misses after the update, with nothing but Node', async () => {
  const { code, output } = await runExample('example:quick-start')
  expect(lines(output).filter((line) => line.includes('Paris'))).toEqual([
    'miss: Paris has 2138551 people',
    'hit: Paris has 2138551 people',
    'miss: Paris has 2103778 people',
  ])
  expect(output).toContain('PGlite')
  expect(code).toBe(0)
})

it('quick start: uses the servers it is given and leaves nothing there', async () => {
  const env = { DATABASE_URL: inject('databaseUrl'), REDIS_URL: inject('redisUrl') }
  const { code, output } = await runExample('example:quick-start', { env })
  expect(lines(output).filter((line) => /^(hit|miss)/.test(line))).toHaveLength(3)
  expect(code).toBe(0)
  const name = output.match(/database (prisma_cache_example_\w+)\. Store: Redis/)?.[1]
  expect(name).toBeDefined()
  const { rows } = await withPostgres(env.DATABASE_URL, (client) =>
    client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]),
  )
  expect(rows).toEqual([])
})

it('tenants: the same query serves each tenant its own rows, from the cache the second time', async () => {
  const { code, output } = await runExample('example:tenants', { env: database() })
  expect(lines(output)).toEqual([
    'red: miss, the plans of the red company',
    'blue: miss, the plans of the blue company',
    'red: hit, the plans of the red company',
    'blue: hit, the plans of the blue company',
  ])
  expect(code).toBe(0)
})

it('tour: every option, argument and method works as shown', async () => {
  const { code, output } = await runExample('example:tour', { env: database() })
  expect(output).toContain(`3 { status: 'miss', source: 'database', ageMs: null }`)
  expect(output).toContain('{ hits: 0, misses: 3, fills: 2 }')
  expect(code).toBe(0)
})

it('write-behind: counts votes at once, writes them later, and keeps what the database refuses', async () => {
  const { code, output } = await runExample('example:write-behind', { env: database() })
  // Without what Node itself warns of: the refused write.
  expect(lines(output).filter((line) => !line.startsWith('('))).toEqual([
    ...['{ views: 100 }', '{ views: 100 }', '{ views: 100 }'],
    'City: a create was refused with 23503',
  ])
  expect(code).toBe(0)
})

it('HTTP API: two processes share entries, and a write through the one is seen by the other at once', async () => {
  // One of its own: other tests run examples at the same time.
  const { url } = await startRedis()
  const env = { DATABASE_URL: inject('databaseUrl'), REDIS_URL: url }
  const { code, output } = await runExample('example:http-api', { env })
  expect(lines(output).map((line) => line.split(/\s{2,}/).join(' '))).toEqual([
    'server 1 GET /cities/2988507 miss Paris: 2138551',
    'server 1 GET /cities/2988507 hit Paris: 2138551',
    'server 2 GET /cities/2988507 hit Paris: 2138551',
    'server 2 GET /countries/FR/largest miss Paris: 2138551',
    'server 1 GET /countries/FR/largest hit Paris: 2138551',
    'server 1 PATCH /cities/2988507 - Paris: 2103778',
    'server 2 GET /cities/2988507 miss Paris: 2103778',
    'server 2 GET /countries/FR/largest miss Paris: 2103778',
    'server 1 GET /cities/2988507 hit Paris: 2103778',
  ])
  expect(code).toBe(0)
  expect(await redisCommand(url, ['KEYS', 'prisma_cache_example_*'])).toEqual([])
})

it('HTTP API: says what it needs when there is no Redis', async () => {
  const env = { DATABASE_URL: inject('databaseUrl'), REDIS_URL: 'redis://127.0.0.1:1' }
  const { code, output } = await runExample('example:http-api', { env })
  expect(output).toContain('This example needs a Redis')
  expect(code).toBe(1)
})

/** That of the tests: a PostgreSQL in the process of the example takes most of its time. */
function database() {
  return { DATABASE_URL: inject('databaseUrl') }
}

function lines(output: string): readonly string[] {
  return output
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
}
