import { itFollowsPrograms } from './programs/it-follows.ts'

itFollowsPrograms({ programs: 4, timeoutMs: 120_000 })
