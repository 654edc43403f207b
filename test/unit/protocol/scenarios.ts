import { nothing, scenario } from './scenario.ts'

const write = (process: number) => ({ process, kind: 'write' }) as const
const tag = { process: 1, kind: 'tag' } as const
const transaction = { process: 1, kind: 'transaction' } as const
const aCrash = { ...nothing, crashes: 1 } as const

/** Small worlds. Each is about one thing; what it is about meets everything else in some other one. */
export const scenarios = {
  'readers and writers in several processes': scenario({ readers: [0, 1], writers: [write(2), write(3)] }),
  'a write to one value': scenario({ readers: [0, 1] }),
  'a write to a shape': scenario({ readers: [0, 1], touches: 'shape' }),
  'a write to a whole model': scenario({ readers: [0, 1], touches: 'root' }),
  'stamps that are read before the entry': scenario({ readers: [0, 1], readsStampsFirst: true }),
  'readers that share flights': scenario({ readers: [0, 0, 0] }),
  'an entry past its time, and its refresh': scenario({ readers: [0, 1], hasRefresh: true }),
  'evictions, and a loss of everything': scenario({
    readers: [0, 1],
    faults: ['entry', 'model', 'value', 'all', 'restart'],
    budget: { ...nothing, faults: 2 },
  }),
  'a replica that missed the latest': scenario({ faults: ['failover'], budget: { ...nothing, faults: 2, copies: 3 } }),
  'a transaction': scenario({ writers: [transaction, write(2)], budget: { ...nothing, unknowns: 1 } }),
  'stamps that cannot be removed': scenario({
    writers: [write(0), write(0)],
    budget: { ...nothing, failures: 2 },
  }),
  'stamps that cannot be removed, seen by others': scenario({
    sweepers: 1,
    budget: { ...aCrash, failures: 1 },
  }),
  'a commit that is never confirmed': scenario({ sweepers: 1, budget: { ...aCrash, unknowns: 1 } }),
  'a writer that dies': scenario({ sweepers: 1, budget: aCrash }),
  'a writer that dies, and a sweeper that dies': scenario({ sweepers: 2, otherSweepers: 'die', budget: aCrash }),
  'a writer that dies, and a sweeper that is slow': scenario({
    sweepers: 2,
    faults: ['intents'],
    budget: { ...aCrash, faults: 1 },
  }),
  'a writer that dies, and a loss of intents': scenario({
    sweepers: 1,
    faults: ['intents', 'all', 'restart'],
    budget: { ...aCrash, faults: 1 },
  }),
  'a writer that dies, and a replica without its intent': scenario({
    sweepers: 1,
    faults: ['failover'],
    budget: { ...aCrash, faults: 1, copies: 1 },
  }),
  'tags known with the result': scenario({
    readers: [0, 1],
    writers: [tag],
    late: 'user',
    faults: ['mark', 'user-tag'],
    budget: { ...nothing, faults: 1 },
  }),
  'tags known with the result, and flights': scenario({ readers: [0, 0], writers: [tag], late: 'user' }),
  'related rows known with the result': scenario({
    readers: [0, 1],
    late: 'rows',
    faults: ['value', 'model'],
    budget: { ...nothing, faults: 1 },
  }),
  'related rows known with the result, and two writers': scenario({ writers: [write(1), write(2)], late: 'rows' }),
  'related rows known with the result, and flights': scenario({ readers: [0, 0], late: 'rows' }),
  'a shape that is forgotten': scenario({
    readers: [0, 1],
    faults: ['shape', 'model'],
    budget: { ...nothing, faults: 2 },
  }),
}

export type ScenarioName = keyof typeof scenarios
