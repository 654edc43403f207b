import { describe } from 'vitest'
import { storeKinds } from '../behaviour/bench.ts'
import { itNeverTellsCachedFromPlain } from './never-tell.ts'

describe.each(storeKinds)('random programs (%s)', (kind) => {
  itNeverTellsCachedFromPlain(kind, { programs: 24, timeoutMs: 120_000 })
})

describe.each(storeKinds)('random programs, written through (%s)', (kind) => {
  itNeverTellsCachedFromPlain(kind, { strategy: 'write-through', programs: 12, timeoutMs: 120_000 })
})
