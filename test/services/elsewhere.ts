import { readFileSync } from 'node:fs'
import { PrismaPg } from '@prisma/adapter-pg'
import { PrismaClient } from '../schemas/generated/elsewhere/client.ts'
import { stopLater } from './cleanup.ts'
import { freshDatabase } from './fresh.ts'
import { withPostgres } from './postgres.ts'

/** A database for one test file with the tables of `test/schemas/elsewhere.prisma`, beside those of every other. */
export async function elsewhereDatabase(): Promise<string> {
  const url = await freshDatabase()
  const tables = readFileSync(new URL('../schemas/elsewhere.sql', import.meta.url), 'utf8')
  await withPostgres(url, (sql) => sql.query(tables))
  return url
}

/** A plain client of them. Disconnected at the end of the test. */
export function elsewhereClient(connectionString: string): PrismaClient {
  const client = new PrismaClient({ adapter: new PrismaPg({ connectionString }) })
  stopLater(() => client.$disconnect())
  return client
}
