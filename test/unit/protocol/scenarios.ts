import { nothing, scenario } from './scenario.ts'

const write = (process: number) => ({ process, kind: 'write' }) as const
/** Who commits first, or alone, is called the first: they do the same. */
const twoOf = (process: number) => [write(process), { ...write(process), after: 0 }]
const tag = { process: 1, kind: 'tag' } as const
const stored = (process: number) => ({ process, kind: 'write', stores: 'by value' }) as const
/** One after the other is all there is: who commits first, or alone, is called the first. */
const storedBy = (...processes: readonly number[]) =>
  processes.map((process, i) => (i === 0 ? stored(process) : { ...stored(process), after: i - 1 }))
const unknownKey = (process: number) => ({ process, kind: 'write', stores: 'by mark' }) as const
/** One that gives the row another key, without knowing the one it had. */
const moved = (process: number) => ({ ...stored(process), touches: ['value', 'shape'] }) as const
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
  'a server that is back as it was': scenario({
    readers: [0, 0],
    writers: [write(0)],
    faults: ['detour'],
    budget: { ...nothing, faults: 2 },
  }),
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
  'two writes of a process that dies': scenario({ writers: twoOf(1), sweepers: 1, budget: aCrash }),
  'two writes of a process that dies, and a loss of intents': scenario({
    writers: twoOf(1),
    readsAtOnce: true,
    sweepers: 1,
    faults: ['intents'],
    budget: { ...aCrash, faults: 1 },
  }),
  'two writes of a process, and one is never confirmed': scenario({
    writers: twoOf(1),
    readsAtOnce: true,
    sweepers: 1,
    budget: { ...nothing, unknowns: 1 },
  }),
  'two writes of a process that dies, and one is never confirmed': scenario({
    writers: twoOf(1),
    readsAtOnce: true,
    sweepers: 1,
    budget: { ...aCrash, unknowns: 1 },
  }),
  'two writes of a process that dies, and stamps that cannot be removed': scenario({
    writers: twoOf(1),
    readsAtOnce: true,
    sweepers: 1,
    budget: { ...aCrash, failures: 1 },
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
  'a row that is stored': scenario({ readers: [0, 1], writers: [stored(2)] }),
  'rows that are stored': scenario({ readers: [0, 1], writers: storedBy(2, 3) }),
  'rows that are stored, by three': scenario({ writers: storedBy(1, 2, 3) }),
  'rows that are stored, and others that are only removed': scenario({ writers: [stored(1), write(2), stored(3)] }),
  'rows that are stored, and a write to a whole model': scenario({
    writers: [stored(1), { ...write(2), touches: ['root'] }],
  }),
  'rows that are stored, and a write to a shape': scenario({
    writers: [stored(1), { ...write(2), touches: ['shape'] }],
  }),
  'rows that are stored, in processes that read': scenario({ readers: [0, 0], writers: storedBy(0, 0) }),
  'rows that are stored, and refreshed': scenario({ writers: storedBy(1, 2), hasRefresh: true }),
  'rows that are stored, and evictions': scenario({
    writers: storedBy(1, 2),
    faults: ['entry', 'model', 'value', 'all', 'restart'],
    budget: { ...nothing, faults: 2 },
  }),
  'rows that are stored, and a replica that missed the latest': scenario({
    readers: [1],
    writers: storedBy(1, 1),
    faults: ['failover'],
    budget: { ...nothing, faults: 1, copies: 1 },
  }),
  'rows that are stored, and stamps that cannot be removed': scenario({
    writers: storedBy(0, 0),
    budget: { ...nothing, failures: 2 },
  }),
  'rows that are stored, and a writer that dies': scenario({ writers: [stored(1)], sweepers: 1, budget: aCrash }),
  'rows that are stored, and one of two writers dies': scenario({
    writers: [stored(1), { ...write(2), after: 0 }],
    sweepers: 1,
    budget: aCrash,
  }),
  'rows that are stored, and a commit that is never confirmed': scenario({
    writers: [stored(1)],
    sweepers: 1,
    budget: { ...aCrash, unknowns: 1 },
  }),
  'rows that are stored, and a loss of intents': scenario({
    writers: [stored(1)],
    sweepers: 1,
    faults: ['intents', 'all'],
    budget: { ...aCrash, faults: 1 },
  }),
  'a row whose key is new': scenario({
    readers: [0, 1],
    writers: [unknownKey(2), { ...write(3), after: 0 }],
  }),
  'a row whose key is new, and one that stores it': scenario({ writers: [unknownKey(1), { ...stored(2), after: 0 }] }),
  'a row whose key is new, and evictions': scenario({
    writers: [unknownKey(1), { ...write(2), after: 0 }],
    faults: ['model', 'value', 'shape'],
    budget: { ...nothing, faults: 2 },
  }),
  'a row that is gone, and another one in its place': scenario({
    readers: [0, 1],
    writers: [
      { ...unknownKey(2), touches: ['value', 'row'] },
      { ...write(3), after: 0 },
    ],
  }),
  'a row that moves, and another one in its place': scenario({
    writers: [
      { ...stored(1), touches: ['value', 'row'] },
      { ...write(2), touches: ['value', 'row'] },
      { ...write(3), after: 1 },
    ],
  }),
  'a row whose key was not known before, and a write to a shape': scenario({
    readers: [0, 1],
    writers: [moved(2), { ...write(3), touches: ['shape'], after: 0 }],
  }),
  'rows whose keys were not known before': scenario({ writers: [moved(1), moved(2)] }),
  'a row whose key was not known before, and evictions': scenario({
    writers: [moved(1), { ...write(2), after: 0 }],
    faults: ['model', 'value', 'shape'],
    budget: { ...nothing, faults: 1 },
  }),
  'rows that a transaction stores': scenario({
    writers: [{ ...transaction, stores: 'by value', writesAgain: true }, stored(2)],
    budget: { ...nothing, unknowns: 1 },
  }),
}

export type ScenarioName = keyof typeof scenarios
