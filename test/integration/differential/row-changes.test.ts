import { describe } from 'vitest'
import { itAnnouncesEveryChange } from './announces.ts'

describe('the row events of a random write', () => {
  itAnnouncesEveryChange({ programs: 250, timeoutMs: 120_000 })
})
