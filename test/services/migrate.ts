import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { withPostgres } from './postgres.ts'

const migrationsDir = resolve(import.meta.dirname, '../../prisma/migrations')

/** Applies every migration, oldest first, to an empty database. Returns their names. */
export function migrate(databaseUrl: string, dir: string = migrationsDir): Promise<readonly string[]> {
  const names = readdirSync(dir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
  return withPostgres(databaseUrl, async (client) => {
    for (const name of names) await client.query(readFileSync(join(dir, name, 'migration.sql'), 'utf8'))
    return names
  })
}
