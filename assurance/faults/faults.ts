import { blockedFaults } from './blocked.ts'
import { clockFaults } from './clocks.ts'
import { control } from './control.ts'
import { cutOff } from './cut-off.ts'
import { failover } from './failover.ts'
import type { Fault } from './fault.ts'
import { networkFaults } from './network.ts'
import { postgresFaults } from './postgres.ts'
import { redisKeyFaults } from './redis-keys.ts'
import { redisMemoryFaults } from './redis-memory.ts'
import { redisProcessFaults } from './redis-process.ts'

/** Every fault, in the order of the report: the control first, the declared limit last. */
export const faults: readonly Fault[] = [
  control,
  ...redisProcessFaults,
  failover,
  ...redisMemoryFaults,
  ...redisKeyFaults,
  ...networkFaults,
  ...postgresFaults,
  ...blockedFaults,
  ...clockFaults,
  cutOff,
]
