import { withPostgres } from './postgres.ts'

/** Creates a database, as a copy of `template` where given, and returns its URL. */
export async function createDatabase(serverUrl: string, name: string, template = 'template1'): Promise<string> {
  await withPostgres(serverUrl, (client) => client.query(`CREATE DATABASE "${name}" TEMPLATE "${template}"`))
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return url.href
}

/** Drops every database whose name starts with `prefix`, also where somebody is connected. */
export function dropDatabases(serverUrl: string, prefix: string): Promise<void> {
  return withPostgres(serverUrl, async (client) => {
    const { rows } = await client.query<{ name: string }>(
      'SELECT datname AS name FROM pg_database WHERE starts_with(datname, $1)',
      [prefix],
    )
    for (const { name } of rows) await client.query(`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`)
  })
}
