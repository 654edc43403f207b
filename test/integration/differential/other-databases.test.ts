import { describe } from 'vitest'
import { hasMariadb } from '../../services/mariadb.ts'
import { storeKinds } from '../behaviour/bench.ts'
import { mariadb, sqlite } from './grounds.ts'
import { itNeverTellsCachedFromPlain } from './never-tell.ts'

const timeoutMs = 120_000

describe.each(storeKinds)('random programs on SQLite (%s)', (kind) => {
  itNeverTellsCachedFromPlain(kind, { ground: sqlite, programs: 8, timeoutMs })
})

describe('random programs on SQLite, written through', () => {
  itNeverTellsCachedFromPlain('redis', { ground: sqlite, strategy: 'write-through', programs: 8, timeoutMs })
})

const needsMariadb = 'skipped without a MariaDB: set MARIADB_URL'

describe.skipIf(!(await hasMariadb())).each(storeKinds)(`random programs on MariaDB (%s; ${needsMariadb})`, (kind) => {
  itNeverTellsCachedFromPlain(kind, { ground: mariadb, programs: 8, timeoutMs })
})

describe.skipIf(!(await hasMariadb()))(`random programs on MariaDB, written through (${needsMariadb})`, () => {
  itNeverTellsCachedFromPlain('redis', { ground: mariadb, strategy: 'write-through', programs: 8, timeoutMs })
})
