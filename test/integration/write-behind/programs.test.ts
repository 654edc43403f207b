import { itFollowsPrograms } from './programs/it-follows.ts'

itFollowsPrograms({ programs: 5, timeoutMs: 120_000 })
