import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@libsql/client'
import { PrismaLibSql } from '@prisma/adapter-libsql'
import { stopLater } from '../../services/cleanup.ts'
import { type OpenDatabase, recentTime } from './ground.ts'
import { differentialSeed } from './seed.ts'

const tables = readFileSync(new URL('../../schemas/sqlite.sql', import.meta.url), 'utf8')

export async function openSqlite(): Promise<OpenDatabase> {
  const folder = mkdtempSync(join(tmpdir(), 'differential-'))
  stopLater(async () => rmSync(folder, { recursive: true, force: true }))
  const url = `file:${join(folder, 'a.db')}`
  const client = createClient({ url, intMode: 'string' })
  stopLater(async () => client.close())
  await client.executeMultiple(`PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; ${tables}`)
  const { rows: named } = await client.execute(
    `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY 1`,
  )
  const names = named.map(({ name }) => `"${name}"`)
  const sequences = names.map((name) => `INSERT INTO sqlite_sequence VALUES (${name.replaceAll('"', "'")}, 999);`)
  const seed = differentialSeed.replaceAll(/'(2024-01-01|1999-12-31)'/g, `'$1T00:00:00.000+00:00'`)
  return {
    adapter: () => new PrismaLibSql({ url }),
    async reset() {
      await client.executeMultiple(`${seed} DELETE FROM sqlite_sequence; ${sequences.join(' ')}`)
    },
    async rows() {
      const texts: string[] = []
      for (const name of names) {
        const { rows } = await client.execute(`SELECT * FROM ${name}`)
        const lines = rows.map((row) =>
          JSON.stringify(Object.values(row), (_, value) =>
            value instanceof ArrayBuffer ? [...new Uint8Array(value)] : value,
          ).replaceAll(recentTime, '"recently"'),
        )
        texts.push(name, ...lines.sort())
      }
      return texts.join('\n')
    },
  }
}
