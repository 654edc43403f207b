import { randomUUID } from 'node:crypto'
import { inject } from 'vitest'
import { describeShapeContract } from '../shape-contract.ts'
import { describeStoreContract } from '../store-contract.ts'
import { openStore } from './open-store.ts'

const open = async () => {
  const namespace = `${inject('keyPrefix')}-${randomUUID()}`
  return async () => openStore(inject('redisUrl'), { namespace }).store
}
describeStoreContract('redis', open)
describeShapeContract('redis', open)
