import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freshDatabase } from '../../services/fresh.ts'
import { type CachedClientOptions, cachedClient } from '../cached-client.ts'

describe('other writers', () => {
  // Roles belong to the whole server.
  const [reporting, importing, group] = ['reporting', 'importing', 'group'].map(
    (name) => `test_${name}_${randomBytes(4).toString('hex')}`,
  ) as [string, string, string]
  let databaseUrl: string
  let sql: pg.Client

  beforeAll(async () => {
    databaseUrl = await freshDatabase()
    sql = new pg.Client({ connectionString: databaseUrl })
    await sql.connect()
    await sql.query(`
      CREATE ROLE ${group};
      CREATE ROLE ${reporting} LOGIN;
      CREATE ROLE ${importing} LOGIN IN ROLE ${group};
      GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${reporting};
      GRANT UPDATE ON "City" TO ${group};
      GRANT INSERT ON "Note" TO ${importing};
      GRANT UPDATE (text) ON "Note" TO ${reporting};
      CREATE SCHEMA elsewhere;
      CREATE TABLE elsewhere."Country" ();
      GRANT INSERT ON elsewhere."Country" TO ${reporting};`)
  })
  afterAll(async () => {
    await sql.query(`DROP OWNED BY ${reporting}, ${importing}, ${group}`)
    await sql.query(`DROP ROLE ${reporting}, ${importing}, ${group}`)
    await sql.end()
  })

  async function warningsOf(config: NonNullable<CachedClientOptions['config']>): Promise<readonly string[]> {
    const { prisma, events } = cachedClient({ databaseUrl, config })
    await prisma.tag.count()
    await prisma.$disconnect()
    return events.flatMap((event) => (event.kind === 'warning' ? [event.message] : []))
  }

  it('R30: are told of at the start, for each cached model, with how long what they write may not be seen', async () => {
    const models = {
      City: { ttl: '1m', staleIfError: '1m' },
      Note: { ttl: { adaptive: { min: '1s', max: '1h' } } },
      Country: {},
    } as const
    const [city, note, ...others] = await warningsOf({ checkWriters: true, models })
    expect(city).toBe(
      `Table City may be written by others: role ${importing}. What they write shows when entries expire, after 120 s at most, ` +
        `or after $cache.invalidate({ models: ['City'] }).`,
    )
    expect(note).toContain(`Table Note may be written by others: role ${importing}, role ${reporting}. `)
    expect(note).toContain('after 3600 s at most')
    expect(others).toEqual([])
  })

  it('are not looked for where nobody asks', async () => {
    expect(await warningsOf({ models: { City: {} } })).toEqual([])
  })

  it('are warned of in general when the catalogs cannot be read', async () => {
    const config = { checkWriters: true, models: { City: {} } } as const
    const { prisma, adapter, events } = cachedClient({ databaseUrl, config })
    adapter.failNext((statement) => statement.includes('pg_subscription'), new Error('no'))
    await prisma.tag.count()
    await prisma.$disconnect()
    expect(events).toContainEqual(
      expect.objectContaining({
        kind: 'warning',
        message: expect.stringMatching(/^checkWriters: .* could not be read/),
      }),
    )
  })
})
