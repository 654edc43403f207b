import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { describe, expect, inject, it } from 'vitest'
import { systemClock } from '../../../src/core/clock.ts'
import { createNonceSource } from '../../../src/core/nonce.ts'
import type { Store } from '../../../src/core/store.ts'
import { TagList } from '../../../src/core/tag-list.ts'
import { createMemoryStore } from '../../../src/stores/memory/memory-store.ts'
import { newEntryMemory } from '../../../src/strategies/entry-memory.ts'
import { createExpectedTags } from '../../../src/strategies/expected-tags.ts'
import { loadEntry, tagsToObtain } from '../../../src/strategies/fill.ts'
import { lookup } from '../../../src/strategies/lookup.ts'
import { createMissStreak } from '../../../src/strategies/miss-streak.ts'
import { createParsedEntries } from '../../../src/strategies/parsed-entries.ts'
import type { LateTags, ReadPlan } from '../../../src/strategies/read-plan.ts'
import { createShapeLimits } from '../../../src/strategies/shape-limits.ts'
import { stopLater } from '../../services/cleanup.ts'
import { freshNamespace } from '../../services/fresh.ts'
import { openGates } from '../../services/statement-gates.ts'
import { openStore } from '../stores/redis/open-store.ts'

const model = 'City'
const tagsOf = (shape: string) => ({
  shape: { kind: 'shape', model, shape } as const,
  mark: { kind: 'mark', model, shape } as const,
  values: { kind: 'values', model, shape, values: '["1"]' } as const,
})
const [first, second] = [tagsOf('countryCode|name'), tagsOf('id|name')]
const noLimits = createShapeLimits({ clock: systemClock })

interface Told extends Pick<ReadPlan, 'marks' | 'userTags'> {
  readonly late: LateTags
  invalidate(store: Store): Promise<unknown>
}

const rows = {
  marks: [first.mark, second.mark],
  userTags: null,
  late: { tags: [first.values, second.values], marks: [first.mark, second.mark] },
}

/** What only a result tells, and how it is invalidated. */
const told: Readonly<Record<string, Told>> = {
  'a row of its first kind': { ...rows, invalidate: (store) => store.touch(model, () => [first.mark, first.values]) },
  'a row of its second kind': {
    ...rows,
    invalidate: (store) => store.touch(model, () => [second.mark, second.values]),
  },
  'a tag that the user named': {
    marks: [{ kind: 'user-mark' }],
    userTags: () => ['home', 'news'],
    late: { tags: [], marks: [] },
    invalidate: (store) => store.touchUserTags(['news', 'home']),
  },
}

/** A read that missed and has its result, and now stores it (`fill`); `look` is the read after it. */
async function loaded(store: Store, { marks, userTags, late }: Told, beforeCall: () => Promise<void> = async () => {}) {
  const plan: ReadPlan = {
    model,
    operation: 'findMany',
    rowsOf: null,
    key: { model, digest: randomUUID() },
    tags: new TagList([{ kind: 'root', model }, first.shape, second.shape]),
    marks,
    models: [model],
    pending: [],
    pendingRow: null,
    misses: createMissStreak(),
    memory: newEntryMemory(),
    ttlMs: () => 60_000,
    adaptive: null,
    freshMaxMs: Number.POSITIVE_INFINITY,
    ...{ staleMs: 0, staleIfErrorMs: 0, keepMs: 0, refreshAhead: null },
    loadTimeout: { softMs: Number.POSITIVE_INFINITY, hardMs: Number.POSITIVE_INFINITY },
    ...{ maxLoads: 1, maxBytes: 1e6, validate: null },
    retainMs: 60_000,
    userTags,
  }
  const codec = {
    name: 'json',
    encode: (value: unknown) => JSON.stringify(value),
    decode: (text: string) => JSON.parse(text),
  }
  const settled = async () => {}
  const deps = {
    store,
    codec,
    clock: systemClock,
    random: () => 0,
    areAgesTold: () => false,
    expected: createExpectedTags(),
    parsedEntries: createParsedEntries(codec),
    report: () => {},
    limits: noLimits,
    failed: () => {},
    settled,
  }
  const held = await store.obtainStamps(tagsToObtain(plan), plan.retainMs)
  const load = async () => ({ result: ['v1'], late })
  const { fill } = await loadEntry(plan, held, load, { ...deps, store: watched(store, beforeCall) })
  return { fill, look: async () => (await lookup(plan, deps)).kind }
}

/** The store, with something done before each call by which an entry is stored. */
function watched(store: Store, beforeCall: () => Promise<void>): Store {
  return {
    ...store,
    async stamps(...args) {
      await beforeCall()
      return store.stamps(...args)
    },
    async obtainStamps(...args) {
      await beforeCall()
      return store.obtainStamps(...args)
    },
    async fill(...args) {
      await beforeCall()
      return store.fill(...args)
    },
  }
}

describe.each(['memory', 'redis'] as const)('an entry (%s)', (kind) => {
  const open = () => {
    if (kind === 'redis') return openStore(inject('redisUrl'), { namespace: freshNamespace() }).store
    return createMemoryStore({ clock: systemClock, makeNonce: createNonceSource(), maxBytes: 1_000_000 })
  }

  it.each(Object.keys(told))(
    'R1: is not valid when %s is invalidated at any moment of its being stored',
    async (name) => {
      const about = told[name]!
      const store = open()
      let calls = 0
      const undisturbed = await loaded(store, about, async () => {
        calls += 1
      })
      expect([await undisturbed.fill(), await undisturbed.look()]).toEqual(['filled', 'fresh'])
      for (let moment = 1; moment <= calls; moment += 1) {
        for (const isReadAgain of [false, true]) {
          let call = 0
          const { fill, look } = await loaded(store, about, async () => {
            call += 1
            if (call !== moment) return
            await about.invalidate(store)
            // Another read that misses brings the marks back, as others than they were.
            if (isReadAgain) await loaded(store, about)
          })
          await fill()
          expect(await look(), `before call ${moment} of ${calls}, read again: ${isReadAgain}`).toBe('missing')
        }
      }
    },
  )
})

describe('an entry (redis)', () => {
  it('R1: is not valid when it is stored at any moment of the invalidation of a tag that the user named', async () => {
    const about = told['a tag that the user named']!
    const gates = openGates()
    const namespace = freshNamespace()
    const { store } = openStore(inject('redisUrl'), { namespace })
    const writer = openStore(gatedClient(gates), { namespace, commandDeadlineMs: 10_000 }).store
    let moment = 0
    for (let isOver = false; !isOver; moment += 1) {
      const { fill, look } = await loaded(store, about)
      let removals = 0
      const held = gates.holdNext((command) => command === 'unlink' && removals++ === moment)
      const invalidating = about.invalidate(writer)
      isOver = await Promise.race([held.reached.then(() => false), invalidating.then(() => true)])
      await fill()
      held.release()
      await invalidating
      expect(await look(), `stored before step ${moment}`).toBe('missing')
    }
    expect(moment).toBeGreaterThan(1)
  })
})

/** A connection of which every command passes a gate before it is sent. */
function gatedClient(gates: Pick<ReturnType<typeof openGates>, 'take'>): Redis {
  const client = new Redis(inject('redisUrl'), { lazyConnect: true, enableOfflineQueue: false })
  const call = client.call.bind(client)
  Object.assign(client, {
    async call(...command: Parameters<typeof call>) {
      const [name, ...args] = command as [string, ...unknown[]]
      const statement = { sql: name, args, transaction: null }
      await gates.take(statement)?.before(statement)
      return call(...command)
    },
  })
  stopLater(async () => client.disconnect())
  return client
}
