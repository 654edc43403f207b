import { expect, it } from 'vitest'
import { createDatabase } from '../../services/database.ts'
import { migrate } from '../../services/migrate.ts'
import { postgresAnswers, startPostgres, withPostgres } from '../../services/postgres.ts'

it('migrates a database of its own and keeps it over a kill and a restart', async () => {
  const postgres = await startPostgres()
  const url = await createDatabase(postgres.url, 'shop')
  expect(await migrate(url)).toEqual(['0001_init', '0002_country_stats', '0003_relations', '0004_cache_write_behind'])
  await withPostgres(url, (client) => client.query(`INSERT INTO "Tag" ("name") VALUES ('one')`))
  await postgres.kill()
  expect(await postgresAnswers(url)).toBe(false)
  await postgres.restart()
  const { rows } = await withPostgres(url, (client) => client.query('SELECT "name" FROM "Tag"'))
  expect(rows).toEqual([{ name: 'one' }])
})

it('answers nothing while it is paused, and goes on afterwards', async () => {
  const postgres = await startPostgres()
  await withPostgres(postgres.url, async (client) => {
    await postgres.pause()
    const events: string[] = []
    const answer = client.query('SELECT 1').then(() => events.push('answered'))
    expect(await postgresAnswers(postgres.url)).toBe(false)
    events.push('resumed')
    postgres.resume()
    await answer
    expect(events).toEqual(['resumed', 'answered'])
  })
})
