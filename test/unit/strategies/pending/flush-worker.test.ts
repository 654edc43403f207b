import { expect, it } from 'vitest'
import type { Store } from '../../../../src/core/store.ts'
import { createFlushWorker, type FlushWorkerDeps } from '../../../../src/strategies/pending/flush-worker.ts'
import type { PendingModel } from '../../../../src/strategies/pending/pending-model.ts'

const model = { batch: { maxSize: 10, maxDelayMs: 1000 } } as PendingModel
const partition = { model: 'City', number: 0 }
const outOfReach = () => Promise.reject(new Error('the store failed'))

/** Timers are over at once, but those after which the lead is renewed: these are returned. */
function start(pending: object, others: object = {}) {
  const reported: string[] = []
  const renewals: (() => void)[] = []
  const deps = {
    ...{ store: { pending } as unknown as Store, leadMs: 1_000_000, namespace: 'n', makeNonce: () => 'nonce' },
    clock: {
      nowMs: () => 0,
      inBackground(ms: number, run: () => void) {
        if (ms === 1_000_000 / 3) renewals.push(run)
        else setImmediate(run)
        return { cancel() {} }
      },
    },
    report: ({ kind }: { readonly kind: string }) => reported.push(kind),
    ...others,
  } as unknown as FlushWorkerDeps
  const worker = createFlushWorker(partition, model, deps)
  worker.start()
  return { worker, reported, renewals }
}

/**
 * A worker whose attempts to lead fail, or find that another process does, the next one as soon as somebody says so; and what it reported.
 *
 * @param first the oldest entry of its stream; `Error`: the store is out of reach.
 */
function failing(first: string | null | Error) {
  const attempts: { readonly fail: () => void; readonly follow: () => void }[] = []
  const { worker, reported } = start({
    lead: () =>
      new Promise((resolve, reject) => {
        attempts.push({ fail: () => reject(new Error('the store failed')), follow: () => resolve(false) })
      }),
    async first() {
      if (first instanceof Error) throw first
      return first
    },
  })
  async function next(how: 'fail' | 'follow') {
    attempts.shift()![how]()
    for (let i = 0; attempts.length === 0 && i < 100; i += 1) await new Promise(setImmediate)
    expect(attempts).toHaveLength(1)
  }
  return {
    worker,
    reported,
    /** Resolves when the next attempt has begun. */
    fail: () => next('fail'),
    follow: () => next('follow'),
    async end() {
      const stopping = worker.stop()
      attempts.shift()!.fail()
      await stopping
    },
  }
}

/** A worker that leads, and whose looks at the stream fail, or find nothing; the store is out of reach for every other question. */
function leading(outcomes: readonly ('fails' | 'passes' | 'ends')[], keepLead = async () => true) {
  let end = () => {}
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })
  const left = [...outcomes]
  const applier = { database: async () => 'database', claim: async () => 1n, prepare: async () => {} }
  const pending = {
    ...{ lead: async () => true, keepLead, resign: async () => {}, first: outOfReach },
    ...{ databaseOf: async () => 'database', isNewServer: async () => false },
    async oldest() {
      const outcome = left.shift() ?? 'ends'
      if (outcome === 'fails') return outOfReach()
      if (outcome === 'ends') end()
      return { entries: [], isLast: true, blocked: new Map(), aside: new Set() }
    },
  }
  return { ...start(pending, { applier, codec: null, columnsOf: () => [], referencedBy: () => [] }), ended }
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

it('one has where this process knows of a write, until another one leads', async () => {
  const { worker, reported, fail, follow, end } = failing(new Error('the store failed'))
  await fail()
  worker.accepted(1)
  await fail()
  expect(reported).toEqual(['flush-failed'])
  await follow()
  await fail()
  expect(reported).toEqual(['flush-failed'])
  await end()
})

it('one has while what was accepted here is not flushed, and none has when it is', async () => {
  const outcomes = ['fails', 'fails', 'passes', 'fails', 'ends'] as const
  const { worker, reported, ended } = leading(outcomes)
  worker.accepted(10)
  await ended
  expect(reported).toEqual(['flush-failed', 'flush-failed'])
  await worker.stop()
})

it('renews its lead no more once it has stopped, whatever the store answers then', async () => {
  const answers: ((isKept: boolean) => void)[] = []
  let isHeld = false
  const keepLead = () => (isHeld ? new Promise<boolean>((resolve) => answers.push(resolve)) : Promise.resolve(true))
  const { worker, renewals, ended } = leading(['ends'], keepLead)
  await ended
  isHeld = true
  renewals[0]!()
  isHeld = false
  await worker.stop()
  for (const answer of answers) answer(true)
  await new Promise(setImmediate)
  expect([answers.length, renewals.length]).toEqual([1, 1])
})
