import { scenario, update } from './scenario.ts'

const poison = { ...update, isPoison: true } as const
const create = { kind: 'create', row: 0 } as const
const synchronous = { kind: 'synchronous', row: 0 } as const
const other = { ...update, row: 1 } as const
/** Accepted one after the other: who is first is called the first. */
const afterFirst = { ...update, after: 0 } as const
const row = 'of the row'
const list = 'of the list'

/** Small worlds. Each is about one thing; what it is about meets everything else in some other one. */
export const scenarios = {
  'a write that is accepted': scenario({ readers: [row] }),
  'writes to one row': scenario({ writers: [update, update], readers: [row] }),
  'three writes to one row': scenario({ writers: [update, update, update] }),
  'a list': scenario({ writers: [update, other], rows: 2, readers: [list] }),
  'lists and rows': scenario({ readers: [row, list] }),
  evictions: scenario({
    writers: [update, update],
    readers: [row],
    faults: ['entry', 'guard', 'root'],
    budget: { faults: 1 },
  }),
  'a marker that is evicted': scenario({
    writers: [update],
    readers: [row],
    faults: ['entry', 'marker'],
    budget: { faults: 2 },
  }),
  'a list, and evictions': scenario({ readers: [list], faults: ['list', 'root'], budget: { faults: 1 } }),
  'a row that is created': scenario({ writers: [create, update], readers: [row] }),
  'a row that is created twice': scenario({ writers: [create, create] }),
  'a row that is changed and created': scenario({ writers: [update, create], readers: [row] }),
  'a reply that is lost': scenario({ writers: [update, update], budget: { resends: 1 } }),
  'a reply to a create that is lost': scenario({ writers: [create, update], budget: { resends: 1 } }),
  'a reply that is lost, and a gate': scenario({ writers: [update, synchronous], budget: { resends: 1 } }),
  'a synchronous write': scenario({ writers: [update, synchronous], readers: [row] }),
  'a synchronous write, and lists': scenario({ writers: [update, synchronous], readers: [list] }),
  'a synchronous write that knows no key': scenario({
    writers: [update, { ...synchronous, touches: 'shape' }],
    readers: [row],
  }),
  'a synchronous write to a whole model': scenario({
    writers: [update, { ...synchronous, touches: 'root' }],
    readers: [row],
  }),
  'two synchronous writes': scenario({ writers: [update, synchronous, synchronous] }),
  'a synchronous writer that dies': scenario({
    writers: [update, { ...synchronous, touches: 'shape' }],
    readers: [row],
    budget: { crashes: 1 },
  }),
  'a flusher that is replaced': scenario({ writers: [update, update], flushers: 2, budget: { expiries: 2 } }),
  'a flusher that is replaced, and small batches': scenario({
    writers: [update, update],
    flushers: 2,
    batchMax: 1,
    budget: { expiries: 1 },
  }),
  'a flusher that is replaced, and readers': scenario({
    readers: [row, list],
    flushers: 2,
    budget: { expiries: 1 },
  }),
  'a commit of unknown outcome': scenario({
    writers: [update, update],
    flushers: 2,
    budget: { expiries: 1, unknowns: 1 },
  }),
  'a write that the database refuses': scenario({ writers: [poison, update], readers: [row] }),
  'a refused write, its list, and another row': scenario({ writers: [poison, other], rows: 2, readers: [list] }),
  'a refused write, and a retry': scenario({
    writers: [poison, afterFirst],
    readers: [row],
    budget: { retries: 1, mends: 1 },
  }),
  'a refused write, and two behind it': scenario({
    writers: [poison, afterFirst, { ...update, after: 1 }],
    budget: { retries: 1, mends: 1 },
  }),
  'a refused write, and two retries': scenario({
    writers: [poison, afterFirst],
    budget: { retries: 2, mends: 1 },
  }),
  'a refused write, and a discard': scenario({
    writers: [poison, afterFirst, { ...update, after: 1 }],
    budget: { discards: 1 },
  }),
  'a refused write, and a flusher that is replaced': scenario({
    writers: [poison, afterFirst],
    flushers: 2,
    budget: { expiries: 1, mends: 1, retries: 1 },
  }),
  'a refused write, and a synchronous one': scenario({
    writers: [poison, synchronous],
    readers: [row],
    budget: { mends: 1, retries: 1 },
  }),
  'a commit of unknown outcome, that may be refused': scenario({
    writers: [poison],
    budget: { mends: 1, retries: 1, unknowns: 1 },
  }),
  'a replica that missed the latest': scenario({
    writers: [update, update],
    faults: ['failover'],
    budget: { faults: 1, copies: 2 },
  }),
  'a replica that missed the latest, and a reader': scenario({
    readers: [row],
    faults: ['failover'],
    budget: { faults: 1, copies: 1 },
  }),
  'a replica that missed the latest, and another flusher': scenario({
    readers: [row],
    flushers: 2,
    faults: ['failover'],
    budget: { faults: 1, copies: 1 },
  }),
  'two replicas that missed the latest': scenario({
    writers: [update, update],
    faults: ['failover'],
    budget: { faults: 2, copies: 1 },
  }),
  'a refused write, and a replica': scenario({
    writers: [poison, afterFirst],
    faults: ['failover'],
    budget: { faults: 1, copies: 2, retries: 1, mends: 1 },
  }),
  'a refused write, a replica, and another flusher': scenario({
    writers: [poison],
    flushers: 2,
    faults: ['failover'],
    budget: { faults: 1, copies: 1, expiries: 1, retries: 1, mends: 1 },
  }),
}

export type ScenarioName = keyof typeof scenarios
