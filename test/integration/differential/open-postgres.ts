import { PrismaPg } from '@prisma/adapter-pg'
import pg from 'pg'
import { stopLater } from '../../services/cleanup.ts'
import { freshDatabase } from '../../services/fresh.ts'
import { type OpenDatabase, recentTime } from './ground.ts'
import { differentialSeed, restartSequences } from './seed.ts'

export async function openPostgres(): Promise<OpenDatabase> {
  const url = await freshDatabase()
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  stopLater(() => client.end())
  // A killed server would lose the last writes, and the tests spend half the time.
  await client.query(`ALTER DATABASE "${new URL(url).pathname.slice(1)}" SET synchronous_commit = off`)
  await client.query('SET synchronous_commit = off')
  return {
    adapter: () => new PrismaPg({ connectionString: url }),
    async reset() {
      await client.query(`${differentialSeed} ${restartSequences}`)
    },
    rows: () => allRows(client),
  }
}

async function allRows(client: pg.Client): Promise<string> {
  const { rows: tables } = await client.query<{ name: string }>(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1`,
  )
  const texts: string[] = []
  for (const { name } of tables) {
    const { rows } = await client.query<{ row: string }>(
      `SELECT to_jsonb(t)::text AS row FROM ${client.escapeIdentifier(name)} t ORDER BY 1`,
    )
    texts.push(name, ...rows.map(({ row }) => row.replaceAll(recentTime, '"recently"')).sort())
  }
  return texts.join('\n')
}
