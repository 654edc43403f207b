import { itFollowsPrograms } from './programs/it-follows.ts'

itFollowsPrograms({ programs: 3, timeoutMs: 120_000 })
