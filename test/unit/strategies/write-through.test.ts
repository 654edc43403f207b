import { expect, it } from 'vitest'
import { superjsonCodec } from '../../../src/core/codec/superjson-codec.ts'
import { createNonceSource } from '../../../src/core/nonce.ts'
import { createMemoryStore } from '../../../src/stores/memory/memory-store.ts'
import { createWriteThrough } from '../../../src/strategies/write-through.ts'
import { createManualClock } from '../stores/manual-clock.ts'

const model = {
  model: 'City',
  shapes: [],
  entryKey: () => ({ model: 'City', digest: 'd' }),
  ttlMs: () => 1000,
  keepMs: 0,
  retainMs: 1000,
  fixedTags: [],
  userTags: null,
}

it('waits for a store that does not answer once, and not with every statement of a transaction', async () => {
  const clock = createManualClock()
  const makeNonce = createNonceSource()
  const store = createMemoryStore({ clock, makeNonce, maxBytes: 100_000 })
  let asked = 0
  let isOut = true
  const writeThrough = createWriteThrough({
    ...{ clock, makeNonce, random: () => 0, columnsOf: () => undefined, report: () => {} },
    codec: superjsonCodec({ Decimal: class {} as never }),
    store: {
      ...store,
      async obtainStamps(tags, retainMs) {
        asked += 1
        if (isOut) throw new Error('no answer')
        return store.obtainStamps(tags, retainMs)
      },
    },
  })
  const hold = () => writeThrough.hold(model, [])
  for (let i = 0; i < 5; i += 1) expect((await hold()).size).toBe(0)
  expect(asked).toBe(1)
  clock.advance(999)
  expect((await hold()).size).toBe(0)
  expect(asked).toBe(1)
  isOut = false
  clock.advance(1)
  expect((await hold()).size).toBe(1)
  expect(asked).toBe(2)
})
