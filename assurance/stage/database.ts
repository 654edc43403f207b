import { randomBytes } from 'node:crypto'
import { createDatabase } from '../../test/services/database.ts'
import { migrate } from '../../test/services/migrate.ts'
import { startPostgres, withPostgres } from '../../test/services/postgres.ts'
import type { PrivateServer } from '../../test/services/private-server.ts'
import { groups, rowsPerGroup, spareRows } from '../load/rows.ts'

const template = 'assurance_template'

/** A PostgreSQL of one's own, in which databases with the rows of the load can be made. */
export interface SeededPostgres {
  readonly server: PrivateServer
  /** The URL of a new database, the same each time. */
  newDatabase(): Promise<string>
}

export async function startSeededPostgres(): Promise<SeededPostgres> {
  const server = await startPostgres()
  const url = await createDatabase(server.url, template)
  await migrate(url)
  await withPostgres(url, (client) => client.query(seed))
  return {
    server,
    newDatabase: () => createDatabase(server.url, `assurance_${randomBytes(4).toString('hex')}`, template),
  }
}

/** Countries with cities, and users with posts; the last of each are of no country and no user that the load asks for. */
const seed = `
  INSERT INTO "Country" (code, name, region)
    SELECT 'C' || g, 'Country ' || g, 'World' FROM generate_series(0, ${groups}) g;
  INSERT INTO "User" (id, email, "updatedAt")
    SELECT g, 'user' || g || '@example.org', now() FROM generate_series(0, ${groups}) g;
  INSERT INTO "City" (id, name, "countryCode", population, latitude, longitude)
    SELECT i, 'City ' || i, 'C' || least(i / ${rowsPerGroup}, ${groups}), 1000, 0, 0
    FROM generate_series(0, ${groups * rowsPerGroup + spareRows - 1}) i;
  INSERT INTO posts (id, slug, title, author_id)
    SELECT i, 'post-' || i, 'Post ' || i, least(i / ${rowsPerGroup}, ${groups})
    FROM generate_series(0, ${groups * rowsPerGroup + spareRows - 1}) i;`
