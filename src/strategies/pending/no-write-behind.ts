import { countUnderWay } from '../../core/under-way.ts'
import { noDeadLetter } from './dead-letters.ts'
import type { WriteBehind } from './write-behind.ts'

/** Where no model has accepted writes: nothing is waited for. */
export const noWriteBehind: WriteBehind = {
  isInUse: false,
  isPending: () => false,
  isAwake: () => false,
  accept: async () => ({ kind: 'synchronous', reason: 'no model has write-behind' }),
  accepting: countUnderWay(),
  settled: async () => {},
  gates: { enter: () => undefined, leave: () => {} },
  deadLetters: { list: async () => [], retry: noLetter, discard: noLetter },
  flush: async () => {},
  drain: async () => new Map(),
  start: () => {},
  stop: async () => {},
  ended: async () => {},
}

async function noLetter(id: string): Promise<never> {
  throw noDeadLetter(id)
}
