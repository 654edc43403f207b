import { expect, it } from 'vitest'
import type { Store } from '../../../../src/core/store.ts'
import { createFlushWorker, type FlushWorkerDeps } from '../../../../src/strategies/pending/flush-worker.ts'
import type { PendingModel } from '../../../../src/strategies/pending/pending-model.ts'

/**
 * A worker whose attempts to lead all fail, the next one as soon as somebody says so; and what it reported.
 *
 * @param first the oldest entry of its stream; `Error`: the store is out of reach.
 */
function failing(first: string | null | Error) {
  const reported: string[] = []
  const attempts: (() => void)[] = []
  const pending = {
    lead: () =>
      new Promise((_, reject) => {
        attempts.push(() => reject(new Error('the store failed')))
      }),
    async first() {
      if (first instanceof Error) throw first
      return first
    },
  }
  const deps = {
    ...{ store: { pending } as unknown as Store, leadMs: 1000, namespace: 'n', makeNonce: () => 'nonce' },
    clock: {
      nowMs: () => 0,
      after(_: number, run: () => void) {
        setImmediate(run)
        return { cancel() {} }
      },
    },
    report: ({ kind }: { readonly kind: string }) => reported.push(kind),
  } as unknown as FlushWorkerDeps
  const model = { batch: { maxSize: 10, maxDelayMs: 1000 } } as PendingModel
  const worker = createFlushWorker({ model: 'City', number: 0 }, model, deps)
  worker.start()
  return {
    worker,
    reported,
    /** Resolves when the next attempt has begun. */
    async fail() {
      attempts.shift()!()
      for (let i = 0; attempts.length === 0 && i < 100; i += 1) await new Promise(setImmediate)
      expect(attempts).toHaveLength(1)
    },
    async end() {
      const stopping = worker.stop()
      attempts.shift()!()
      await stopping
    },
  }
}

it.each([
  ['nothing waits', null],
  ['nobody knows of anything that waits', new Error('the store failed')],
])('no batch has failed where %s', async (_, first) => {
  const { reported, fail, end } = failing(first)
  for (let i = 0; i < 3; i += 1) await fail()
  await end()
  expect(reported).toEqual([])
})

it('one has where somebody left a write', async () => {
  const { reported, fail, end } = failing('1-0')
  await fail()
  expect(reported).toEqual(['flush-failed'])
  await end()
})

it.each(['accepted', 'flushSoon'] as const)('one has where this process knows of a write: %s', async (how) => {
  const { worker, reported, fail, end } = failing(new Error('the store failed'))
  await fail()
  worker[how](1)
  await fail()
  expect(reported).toEqual(['flush-failed'])
  await end()
})
