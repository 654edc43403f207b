import { describe } from 'vitest'
import { storeKinds } from '../integration/behaviour/bench.ts'
import { itAnnouncesEveryChange } from '../integration/differential/announces.ts'
import { mariadb, sqlite } from '../integration/differential/grounds.ts'
import { itNeverTellsCachedFromPlain } from '../integration/differential/never-tell.ts'
import { type SubjectName, subjects } from '../integration/differential/subjects.ts'
import { itFollowsPrograms } from '../integration/write-behind/programs/it-follows.ts'
import { hasMariadb } from '../services/mariadb.ts'

// What the ordinary tests do with a few programs, for as long as somebody wants: `npm run test:soak -- --minutes 30`.
const timeoutMs = (Number(process.env.SOAK_MINUTES) + 1) * 60_000

describe.each(storeKinds)('random programs (%s)', (kind) => {
  itNeverTellsCachedFromPlain(kind, { programs: 0, timeoutMs })
})

describe.each(storeKinds)('random programs, written through (%s)', (kind) => {
  itNeverTellsCachedFromPlain(kind, { strategy: 'write-through', programs: 0, timeoutMs })
})

describe.each(storeKinds)('random programs on SQLite (%s)', (kind) => {
  itNeverTellsCachedFromPlain(kind, { ground: sqlite, programs: 0, timeoutMs })
})

describe.skipIf(!(await hasMariadb())).each(storeKinds)('random programs on MariaDB (%s)', (kind) => {
  itNeverTellsCachedFromPlain(kind, { ground: mariadb, programs: 0, timeoutMs })
})

describe.each(Object.keys(subjects) as SubjectName[])('the row events of a random write on %s', (name) => {
  itAnnouncesEveryChange(name, { programs: 0, timeoutMs })
})

describe('random programs of several processes that write behind', () => {
  itFollowsPrograms({ programs: 0, timeoutMs })
})
