import { randomUUID } from 'node:crypto'
import { inject } from 'vitest'
import { describeStoreContract } from '../store-contract.ts'
import { openStore } from './open-store.ts'

describeStoreContract('redis', async () => {
  const namespace = `${inject('keyPrefix')}-${randomUUID()}`
  return async () => openStore(inject('redisUrl'), { namespace }).store
})
