import { readFileSync } from 'node:fs'
import { PrismaClient } from '../../../prisma/generated/client.ts'
import { readDataModel } from '../../../src/prisma/schema/read-data-model.ts'
import { PrismaClient as MysqlClient } from '../../schemas/generated/mysql/client.ts'
import { PrismaClient as SqliteClient } from '../../schemas/generated/sqlite/client.ts'
import type { Ground } from './ground.ts'
import { openMariadb } from './open-mariadb.ts'
import { openPostgres } from './open-postgres.ts'
import { openSqlite } from './open-sqlite.ts'
import { everyFeature } from './read-args.ts'
import { clientModels, dataModel, modelsOfClient } from './schema.ts'

export const postgres: Ground = {
  dataModel,
  models: clientModels,
  Client: PrismaClient,
  features: everyFeature,
  rawWrites: [
    'UPDATE posts SET views = views + 1 WHERE author_id = 1',
    'DELETE FROM "_PostToTag" WHERE "B" = 1',
    'UPDATE "Person" SET score = 3 WHERE id = 2',
    'DELETE FROM "Section" WHERE id = 1',
    'WITH gone AS (DELETE FROM "Comment" WHERE id = 1 RETURNING id) SELECT id FROM gone',
    'INSERT INTO "_Follows" VALUES (2, 3) ON CONFLICT DO NOTHING',
  ],
  open: openPostgres,
}

/** SQLite, by libSQL: compares text as PostgreSQL does, has one writer, and no DEFAULT among values. */
export const sqlite: Ground = {
  ...portable('sqlite', SqliteClient),
  features: { insensitive: false, skipDuplicates: false, returning: true, mixedRows: false },
  rawWrites: [
    'UPDATE posts SET views = views + 1 WHERE author_id = 1',
    'DELETE FROM "_PostToTag" WHERE "B" = 1',
    'UPDATE "Person" SET score = 3 WHERE id = 2',
    'DELETE FROM "Section" WHERE id = 1',
    'INSERT INTO "_Follows" VALUES (2, 3) ON CONFLICT DO NOTHING',
  ],
  open: openSqlite,
}

/** MariaDB: text with a collation that takes `a`, `A` and `a ` for the same, and no RETURNING that Prisma uses. */
export const mariadb: Ground = {
  ...portable('mysql', MysqlClient),
  features: { insensitive: false, skipDuplicates: true, returning: false, mixedRows: true },
  rawWrites: [
    'UPDATE posts SET views = views + 1 WHERE author_id = 1',
    'DELETE FROM `_PostToTag` WHERE `B` = 1',
    'UPDATE `Person` SET score = 3 WHERE id = 2',
    'DELETE FROM `Section` WHERE id = 1',
    'INSERT IGNORE INTO `_Follows` VALUES (2, 3)',
  ],
  open: openMariadb,
}

function portable(provider: string, Client: unknown): Pick<Ground, 'dataModel' | 'models' | 'Client'> {
  const schema = new URL(`../../schemas/generated/${provider}.prisma`, import.meta.url)
  const found = readDataModel(readFileSync(schema, 'utf8'))
  return { dataModel: found, models: modelsOfClient(found), Client: Client as typeof PrismaClient }
}
