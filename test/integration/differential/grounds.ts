import { readFileSync } from 'node:fs'
import { PrismaClient } from '../../../prisma/generated/client.ts'
import { readDataModel } from '../../../src/prisma/schema/read-data-model.ts'
import type { Ground } from './ground.ts'
import { openMariadb, quotedForMysql } from './open-mariadb.ts'
import { openPostgres } from './open-postgres.ts'
import { openSqlite } from './open-sqlite.ts'
import { everyFeature } from './read-args.ts'
import { clientModels, dataModel, modelsOfClient } from './schema.ts'

const rawWrites = [
  'UPDATE posts SET views = views + 1 WHERE author_id = 1',
  'DELETE FROM "_PostToTag" WHERE "B" = 1',
  'UPDATE "Person" SET score = 3 WHERE id = 2',
  'DELETE FROM "Section" WHERE id = 1',
  'INSERT INTO "_Follows" VALUES (2, 3) ON CONFLICT DO NOTHING',
]

export const postgres: Ground = {
  dataModel,
  models: clientModels,
  Client: PrismaClient,
  features: everyFeature,
  rawWrites: [...rawWrites, 'WITH gone AS (DELETE FROM "Comment" WHERE id = 1 RETURNING id) SELECT id FROM gone'],
  open: openPostgres,
}

/** SQLite, by libSQL: compares text as PostgreSQL does, has one writer, and no DEFAULT among values. */
export const sqlite: Ground = {
  ...(await portable('sqlite')),
  features: { insensitive: false, skipDuplicates: false, returning: true, mixedRows: false },
  rawWrites,
  open: openSqlite,
}

/** MariaDB: text with a collation that takes `a`, `A` and `a ` for the same, and no RETURNING that Prisma uses. */
export const mariadb: Ground = {
  ...(await portable('mysql')),
  features: { insensitive: false, skipDuplicates: true, returning: false, mixedRows: true },
  rawWrites: rawWrites.map((sql) =>
    quotedForMysql(sql).replace(' ON CONFLICT DO NOTHING', '').replace('INSERT', 'INSERT IGNORE'),
  ),
  open: openMariadb,
}

/** What scripts/portable-schema.mjs makes of the schema of the tests. Its clients are used by names of models alone, so nobody checks their types. */
async function portable(provider: string): Promise<Pick<Ground, 'dataModel' | 'models' | 'Client'>> {
  const generated = new URL('../../schemas/generated/', import.meta.url)
  const found = readDataModel(readFileSync(new URL(`${provider}.prisma`, generated), 'utf8'))
  const client = (await import(new URL(`${provider}/client.ts`, generated).href)) as {
    readonly PrismaClient: typeof PrismaClient
  }
  return { dataModel: found, models: modelsOfClient(found), Client: client.PrismaClient }
}
