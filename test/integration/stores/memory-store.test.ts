import { systemClock } from '../../../src/core/clock.ts'
import { createNonceSource } from '../../../src/core/nonce.ts'
import { createMemoryStore } from '../../../src/stores/memory/memory-store.ts'
import { describeStoreContract } from './store-contract.ts'

describeStoreContract('memory', async () => {
  const store = createMemoryStore({ clock: systemClock, makeNonce: createNonceSource(), maxBytes: 1_000_000 })
  return async () => store
})
