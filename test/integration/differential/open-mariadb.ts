import { readFileSync } from 'node:fs'
import { stopLater } from '../../services/cleanup.ts'
import { findMariadb } from '../../services/mariadb.ts'
import { type OpenDatabase, recentTime } from './ground.ts'
import { differentialSeed } from './seed.ts'

const tables = readFileSync(new URL('../../schemas/mysql.sql', import.meta.url), 'utf8')

/** Throws where there is no MariaDB. */
export async function openMariadb(): Promise<OpenDatabase> {
  const database = await findMariadb()
  if (!database) throw new Error('There is no MariaDB.')
  stopLater(() => database.drop())
  await database.create([tables], 'CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci')
  const named = (await database.query(
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE() ORDER BY 1`,
  )) as readonly { readonly name: string }[]
  const numbered = (await database.query(
    `SELECT table_name AS name FROM information_schema.columns WHERE table_schema = DATABASE() AND extra = 'auto_increment'`,
  )) as readonly { readonly name: string }[]
  const sequences = numbered.map(({ name }) => `ALTER TABLE \`${name}\` AUTO_INCREMENT = 1000;`).join(' ')
  const seed = quotedForMysql(differentialSeed)
  return {
    adapter: () => database.adapter(),
    async reset() {
      // One commit for all of it takes a tenth of the time.
      await database.query(`START TRANSACTION; ${seed} COMMIT; ${sequences}`)
    },
    async rows() {
      const texts: string[] = []
      for (const { name } of named) {
        const rows = (await database.query(`SELECT * FROM \`${name}\``)) as readonly object[]
        const lines = rows.map((row) =>
          JSON.stringify(row, (_, value) => (typeof value === 'bigint' ? String(value) : value)).replaceAll(
            recentTime,
            '"recently"',
          ),
        )
        texts.push(name, ...lines.sort())
      }
      return texts.join('\n')
    },
  }
}

/** Names are quoted otherwise; keys of JSON are not. */
export function quotedForMysql(sql: string): string {
  return sql.replaceAll('"', '`').replaceAll('`a`: 1', '"a": 1')
}
