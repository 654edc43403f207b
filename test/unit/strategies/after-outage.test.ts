import { setImmediate as turn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { systemClock as clock } from '../../../src/core/clock.ts'
import { createNonceSource } from '../../../src/core/nonce.ts'
import { TagList } from '../../../src/core/tag-list.ts'
import { createMemoryStore } from '../../../src/stores/memory/memory-store.ts'
import { createCacheAside } from '../../../src/strategies/cache-aside.ts'
import { createExpectedTags } from '../../../src/strategies/expected-tags.ts'
import { createLoadSlots } from '../../../src/strategies/load-slots.ts'

const none = Number.POSITIVE_INFINITY
const tags = new TagList([{ kind: 'root', model: 'City' }])
const plan = {
  ...{ model: 'City', operation: 'findUnique', key: { model: 'City', digest: 'x' }, tags, marks: [], models: ['City'] },
  ...{
    rowsOf: null,
    pending: [],
    pendingRow: null,
    ttlMs: () => 60_000,
    adaptive: null,
    freshMaxMs: none,
    retainMs: 60_000,
  },
  ...{ staleMs: 0, staleIfErrorMs: 0, keepMs: 0, refreshAhead: null, loadTimeout: { softMs: none, hardMs: none } },
  ...{ maxLoads: none, maxBytes: 1e6, validate: null, userTags: null },
}

it('R38: a read whose own lookup is the first answer after an outage joins no load that began before it', async () => {
  const makeNonce = createNonceSource()
  const memory = createMemoryStore({ clock, makeNonce, maxBytes: 1e6 })
  let [isOver, isRecovering] = [false, false]
  const reader = createCacheAside({
    ...{
      clock,
      makeNonce,
      report: () => {},
      random: Math.random,
      isOutage: () => false,
      areAgesTold: () => true,
      expected: createExpectedTags(),
      settled: async () => {},
    },
    ...{ loadLeaseMs: 5000, loadWaitMs: 5000, slots: createLoadSlots(clock) },
    codec: { name: 'json', encode: (value) => JSON.stringify(value), decode: (text) => JSON.parse(text) },
    invalidator: { owes: () => false },
    limits: { refuse() {}, isRefused: () => false },
    store: {
      ...memory,
      isRecovering: () => isRecovering,
      async lookup(...args) {
        const looked = await memory.lookup(...args)
        isRecovering = isOver
        return looked
      },
    },
  })
  let database = 'old'
  const held: (() => void)[] = []
  const load = async () => {
    const result = database
    await new Promise<void>((resolve) => held.push(resolve))
    return { result, late: { tags: [], marks: [] } }
  }
  await memory.obtainStamps(tags.list, 60_000)
  const slow = reader.read(plan, load)
  while (held.length === 0) await turn()
  // Somebody commits who cannot reach the store, and acknowledges; the stamps have not moved.
  database = 'new'
  isOver = true
  const next = reader.read(plan, load)
  while (held.length === 1) await turn()
  for (const release of held) release()
  expect(await next).toMatchObject({ result: 'new', info: { status: 'bypass' } })
  expect((await slow).result).toBe('old')
})
