import { randomBytes } from 'node:crypto'
import { PrismaMariaDb } from '@prisma/adapter-mariadb'
import * as mariadb from 'mariadb'

/** A MariaDB, and a database of one's own on it once it was made. */
export interface MariaDatabase {
  create(tables: readonly string[], options?: string): Promise<void>
  /** On one connection, inside that database. */
  query(sql: string, values?: readonly unknown[]): Promise<unknown>
  adapter(): PrismaMariaDb
  /** Drops the database, and closes the connection. */
  drop(): Promise<void>
}

/** The server at MARIADB_URL, or on its default local port; `null` where none is there, unless the variable names one. */
export async function findMariadb(): Promise<MariaDatabase | null> {
  const server = new URL(process.env.MARIADB_URL ?? 'mariadb://root@127.0.0.1:3306')
  const database = `cache_test_${randomBytes(4).toString('hex')}`
  const connection = {
    host: server.hostname,
    port: Number(server.port || 3306),
    user: server.username,
    password: server.password,
  }
  const admin = await mariadb
    .createConnection({ ...connection, connectTimeout: 2000, multipleStatements: true })
    .catch((error: unknown) => {
      if (process.env.MARIADB_URL) throw error
      return null
    })
  if (!admin) return null
  return {
    async create(tables, options = '') {
      await admin.query(`CREATE DATABASE ${database} ${options}`)
      await admin.query(`USE ${database}`)
      for (const table of tables) await admin.query(table)
    },
    query: (sql, values) => admin.query(sql, values),
    adapter: () => new PrismaMariaDb({ ...connection, database, connectionLimit: 3 }),
    async drop() {
      await admin.query(`DROP DATABASE IF EXISTS ${database}`)
      await admin.end()
    },
  }
}

/** Whether {@link findMariadb} finds one. */
export async function hasMariadb(): Promise<boolean> {
  const found = await findMariadb()
  await found?.drop()
  return found !== null
}
