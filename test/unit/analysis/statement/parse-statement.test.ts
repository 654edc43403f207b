import { expect, it } from 'vitest'
import { writtenTables } from '../../../../src/analysis/statement/written-tables.ts'

// Alone in its file: it ends the parser of its process.
it('answers unknown for good once the grammar has trapped', async () => {
  const ask = (sql: string) => writtenTables(sql, { provider: 'postgresql' })
  expect(await ask('SELECT 1')).toEqual({ kind: 'none' })
  expect(await ask(`SELECT ${'1 + '.repeat(100_000)}1`)).toEqual({
    kind: 'unknown',
    reason: 'the SQL grammar failed on the statement',
  })
  expect(await ask('SELECT 2')).toEqual({ kind: 'unknown', reason: 'the SQL grammar failed on an earlier statement' })
  // Judged while the grammar was whole.
  expect(await ask('SELECT 1')).toEqual({ kind: 'none' })
})
