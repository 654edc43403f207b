import { type Clock, systemClock } from '../../../src/core/clock.ts'
import type { ResultCodec } from '../../../src/core/codec.ts'
import { createNonceSource } from '../../../src/core/nonce.ts'
import type { Store } from '../../../src/core/store.ts'
import { TagList } from '../../../src/core/tag-list.ts'
import { createMemoryStore } from '../../../src/stores/memory/memory-store.ts'
import { type CacheAside, createCacheAside } from '../../../src/strategies/cache-aside.ts'
import { newEntryMemory } from '../../../src/strategies/entry-memory.ts'
import { createExpectedTags } from '../../../src/strategies/expected-tags.ts'
import { createLoadSlots } from '../../../src/strategies/load-slots.ts'
import { createMissStreak } from '../../../src/strategies/miss-streak.ts'
import { createParsedEntries } from '../../../src/strategies/parsed-entries.ts'
import type { ReadPlan } from '../../../src/strategies/read-plan.ts'

const none = Number.POSITIVE_INFINITY

/** Plans of lookups of one kind, by key. */
export function lookupPlans(differing: Partial<ReadPlan> = {}): (digest: string) => ReadPlan {
  const misses = createMissStreak()
  return (digest) => ({
    memory: newEntryMemory(),
    ...{ model: 'City', operation: 'findUnique', key: { model: 'City', digest }, marks: [], models: ['City'], misses },
    tags: new TagList([{ kind: 'root', model: 'City' }]),
    ...{ rowsOf: null, pending: [], pendingRow: null, ttlMs: () => 60_000, adaptive: null },
    ...{ freshMaxMs: none, retainMs: 60_000 },
    ...{ staleMs: 0, staleIfErrorMs: 0, keepMs: 0, refreshAhead: null, loadTimeout: { softMs: none, hardMs: none } },
    ...{ maxLoads: none, maxBytes: 1e6, validate: null, userTags: null },
    ...differing,
  })
}

export interface ReaderOptions {
  readonly clock?: Clock
  /** Default: JSON. */
  readonly codec?: ResultCodec
  /** Default: they are. */
  readonly areAgesTold?: () => boolean
}

const json: ResultCodec = {
  name: 'json',
  encode: (value) => JSON.stringify(value),
  decode: (text) => JSON.parse(text),
}

/** A reader over an embedded store, or over what is made of that. */
export function openReader(
  around: (memory: Store) => Store,
  { clock = systemClock, codec = json, areAgesTold = () => true }: ReaderOptions = {},
): { readonly reader: CacheAside; readonly memory: Store } {
  const makeNonce = createNonceSource()
  const memory = createMemoryStore({ clock, makeNonce, maxBytes: 1e6 })
  const reader = createCacheAside({
    ...{ clock, makeNonce, report: () => {}, random: Math.random, isOutage: () => false, areAgesTold, codec },
    ...{
      expected: createExpectedTags(),
      parsedEntries: createParsedEntries(codec),
      settled: async () => {},
    },
    ...{ loadLeaseMs: 5000, loadWaitMs: 5000, slots: createLoadSlots(clock) },
    invalidator: { owes: () => false },
    limits: { refuse() {}, isRefused: () => false },
    store: around(memory),
  })
  return { reader, memory }
}
