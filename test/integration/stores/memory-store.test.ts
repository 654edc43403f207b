import { systemClock } from '../../../src/core/clock.ts'
import { createNonceSource } from '../../../src/core/nonce.ts'
import { createMemoryStore } from '../../../src/stores/memory/memory-store.ts'
import { describeShapeContract } from './shape-contract.ts'
import { describeStoreContract } from './store-contract.ts'

const open = async () => {
  const store = createMemoryStore({ clock: systemClock, makeNonce: createNonceSource(), maxBytes: 1_000_000 })
  return async () => store
}
describeStoreContract('memory', open)
describeShapeContract('memory', open)
