import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { PrismaPg } from '@prisma/adapter-pg'
import pg from 'pg'
import { PrismaPGlite } from 'pglite-prisma-adapter'
import type { PrismaClient } from '../../prisma/generated/client.ts'

export interface ExampleDatabase {
  /** For `new PrismaClient({ adapter })`. */
  readonly adapter: Adapter
  /** `null` for the database inside this process. */
  readonly url: string | null
  /** `PostgreSQL 15.20, database prisma_cache_example_1f3a`. */
  readonly description: string
  close(): Promise<void>
}

export type Adapter = NonNullable<ConstructorParameters<typeof PrismaClient>[0]['adapter']>

/**
 * A migrated, empty database that nobody else uses.
 *
 * Without a URL it is PGlite: PostgreSQL inside this process, in memory. With one, a database of its own is created on that
 * server (its user must be allowed to) and dropped by `close`; no other database there is touched.
 */
export async function openDatabase(serverUrl: string | undefined = process.env.DATABASE_URL): Promise<ExampleDatabase> {
  return serverUrl ? openOnServer(serverUrl) : openInProcess()
}

async function openInProcess(): Promise<ExampleDatabase> {
  const database = await PGlite.create()
  for (const sql of migrations()) await database.exec(sql)
  const { rows } = await database.query<{ version: string }>(`SELECT current_setting('server_version') AS version`)
  return {
    adapter: new PrismaPGlite(database),
    url: null,
    description: `PGlite (PostgreSQL ${rows[0]?.version}), in this process`,
    close: () => database.close(),
  }
}

async function openOnServer(serverUrl: string): Promise<ExampleDatabase> {
  const name = `prisma_cache_example_${randomBytes(4).toString('hex')}`
  const [version] = await firstRow(serverUrl, [`CREATE DATABASE "${name}"`, 'SHOW server_version'])
  const close = async () => void (await firstRow(serverUrl, [`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`]))
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  try {
    await firstRow(url.href, migrations())
  } catch (error) {
    await close()
    throw error
  }
  return {
    adapter: new PrismaPg({ connectionString: url.href }),
    url: url.href,
    description: `PostgreSQL ${version}, database ${name}`,
    close,
  }
}

/** Runs statements one after the other, and returns the first row of the last one. */
async function firstRow(url: string, statements: readonly string[]): Promise<readonly unknown[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 3000 })
  // The server may end the connection while it closes.
  client.on('error', () => {})
  await client.connect()
  try {
    let first: unknown[] = []
    for (const statement of statements) {
      const { rows } = await client.query<unknown[]>({ text: statement, rowMode: 'array' })
      first = rows?.[0] ?? []
    }
    return first
  } finally {
    await client.end()
  }
}

function migrations(): readonly string[] {
  const folder = resolve(import.meta.dirname, '../../prisma/migrations')
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
    .map((name) => readFileSync(join(folder, name, 'migration.sql'), 'utf8'))
}
