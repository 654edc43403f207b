import { readFileSync } from 'node:fs'
import { PrismaClient } from '../../../prisma/generated/client.ts'
import type { DataModel, Model } from '../../../src/analysis/data-model.ts'
import { readDataModel } from '../../../src/prisma/schema/read-data-model.ts'
import { PrismaClient as EmulatedClient } from '../../schemas/generated/emulated/client.ts'
import { PrismaClient as KeysClient } from '../../schemas/generated/keys/client.ts'
import { clientModels, dataModel, modelsOfClient } from './schema.ts'
import { differentialSeed } from './seed.ts'

/** A schema that random writes are tried on. */
export interface Subject {
  readonly dataModel: DataModel
  /** Those that a client has methods for, views aside. */
  readonly models: readonly Model[]
  /** SQL for its tables; `null` for those that every test database has. */
  readonly tables: string | null
  /** SQL for its rows, whose values are those that the random arguments draw from. */
  readonly rows: string
  readonly Client: typeof PrismaClient
}

/** Rows of the models that two of the schemas have in common. */
const same = {
  root: `INSERT INTO "Root" VALUES ('a', 'a', true), ('b', 'b', false), ('c', 'ab', true);`,
  branch: `INSERT INTO "Branch" VALUES ('a', 1, 'a'), ('a', 2, 'b'), ('b', 1, 'c');`,
  leaf: `INSERT INTO "Leaf" VALUES (1, 'a', 1, 'a', 'a'), (2, 'a', 2, 'b', 'b'), (3, 'b', 1, NULL, 'c'), (4, NULL, NULL, 'a', 'ab');`,
  net: `INSERT INTO "_Net" VALUES (1, 2), (2, 3), (3, 1);`,
  rack: `INSERT INTO "Rack" VALUES (1, 'a'), (2, 'b'), (3, 'c');`,
}

export const subjects = {
  'the schema of the tests': {
    dataModel,
    models: clientModels,
    tables: null,
    rows: differentialSeed,
    Client: PrismaClient,
  },
  'keys of every kind': subject('keys', KeysClient, [
    `DELETE FROM "Entry"; DELETE FROM "Shift"; DELETE FROM "Link"; DELETE FROM "Wire"; DELETE FROM "Meter"; DELETE FROM "Gadget";`,
    `DELETE FROM "Thing"; DELETE FROM "Rack"; DELETE FROM "Knot"; DELETE FROM "Leaf"; DELETE FROM "Branch"; DELETE FROM "Root";`,
    ...[same.root, same.branch, same.leaf, same.rack],
    `INSERT INTO "Knot" VALUES (1, 'a', 'b', 1, NULL), (2, 'b', 'c', 2, 1), (3, 'c', 'a', NULL, 2), (4, 'ab', 'a', 3, 1);`,
    same.net,
    `INSERT INTO "Thing" VALUES (1, 1, 'RED', 'LOW'), (2, 2, 'blue', 'MIDDLE'), (3, 2, 'GREEN', 'HIGH'), (4, 3, 'RED', 'LOW');`,
    `INSERT INTO "Gadget" VALUES ('6f9619ff-8b86-4d11-b42d-00c04fc964ff', 'a'), ('00000000-0000-4000-8000-000000000001', 'b');`,
    `INSERT INTO "_GadgetToKnot" VALUES ('6f9619ff-8b86-4d11-b42d-00c04fc964ff', 1), ('00000000-0000-4000-8000-000000000001', 2);`,
    `INSERT INTO "Meter" VALUES (1, 'LOW', '2024-01-01'), (2, 'MIDDLE', '2024-01-01');`,
    `INSERT INTO "Wire" VALUES (1, '6f9619ff-8b86-4d11-b42d-00c04fc964ff', 1, 'a'), (2, '00000000-0000-4000-8000-000000000001', 2, NULL), (3, NULL, 1, 'b');`,
    `INSERT INTO "Link" VALUES (1, 'a', NULL), (2, 'b', 'a'), (3, 'c', 'b');`,
    `INSERT INTO "Shift" VALUES ('LOW', '2024-01-01', 'a'), ('HIGH', '1999-12-31', 'ab');`,
    `INSERT INTO "Entry" VALUES (1, 'LOW', '2024-01-01', 'a', 1.5), (2, 'HIGH', '1999-12-31', 'b', 2), (3, NULL, NULL, 'c', NULL);`,
  ]),
  'a client in the place of foreign keys': subject('emulated', EmulatedClient, [
    `DELETE FROM "Thing"; DELETE FROM "Rack"; DELETE FROM "_Net"; DELETE FROM "Knot"; DELETE FROM "Leaf"; DELETE FROM "Branch"; DELETE FROM "Root";`,
    ...[same.root, same.branch, same.leaf, same.rack],
    `INSERT INTO "Knot" VALUES (1, 'a', 1, NULL), (2, 'b', 2, 1), (3, 'c', NULL, 2), (4, 'ab', 3, 1);`,
    same.net,
    `INSERT INTO "Thing" VALUES (1, 1), (2, 2), (3, 2), (4, 3);`,
  ]),
} satisfies Readonly<Record<string, Subject>>

export type SubjectName = keyof typeof subjects

function subject(name: string, Client: unknown, rows: readonly string[]): Subject {
  const read = (file: string) => readFileSync(new URL(`../../schemas/${file}`, import.meta.url), 'utf8')
  const found = readDataModel(read(`${name}.prisma`))
  // The clients of all schemas are used by names of models alone.
  return {
    dataModel: found,
    models: modelsOfClient(found),
    tables: read(`${name}.sql`),
    rows: rows.join('\n'),
    Client: Client as typeof PrismaClient,
  }
}
