import { expect, it } from 'vitest'
import type { PendingEntry, Settled } from '../../../../src/core/pending-store.ts'
import { flushPages } from '../../../../src/strategies/pending/flusher.ts'
import type { FlusherDeps } from '../../../../src/strategies/pending/flusher-deps.ts'
import type { PendingModel } from '../../../../src/strategies/pending/pending-model.ts'

const partition = { model: 'City', number: 0 }

/**
 * Entries `1-0` to `<count>-0`, a page each, what became of them and what left for which server, in order; `settle` decides how a settling ends.
 */
function flushing(count: number, settle: (entry: string) => Promise<void>) {
  const done: string[] = []
  const sent: string[] = []
  const entries = Array.from({ length: count }, (_, i): PendingEntry => {
    return { id: `${i + 1}-0`, life: 'life', writes: ['row\n{"kind":"delete","id":{"id":1}}\n[[],[],"all",[],[]]'] }
  })
  const pending = {
    keepLead: async () => true,
    async oldest(_: unknown, _writes: number, after: string | null) {
      sent.push(`asked after ${after}`)
      const next = entries[Number.parseInt(after ?? '0', 10)]
      return {
        entries: next ? [next] : [],
        isLast: next?.id === entries.at(-1)?.id,
        blocked: new Map(),
        aside: new Set(),
      }
    },
    async settle(_: unknown, [settled]: readonly Settled[]) {
      sent.push(`settled ${settled!.id}`)
      await settle(settled!.id)
      done.push(`settled ${settled!.id}`)
    },
  }
  const applier = {
    prepare: async () => {},
    async apply({ upTo }: { readonly upTo: { readonly entry: string } }) {
      // As Prisma on its way to a connection.
      for (let i = 0; i < 5; i += 1) await new Promise(process.nextTick)
      sent.push(`applied ${upTo.entry}`)
      done.push(`applied ${upTo.entry}`)
      return 'applied'
    },
  }
  const deps = {
    ...{ applier, store: { pending, touch: async () => {} }, clock: { nowMs: () => 0 }, report: () => {} },
    ...{ codec: null, columnsOf: () => [], namespace: 'n', referencedBy: () => [], leadMs: 1000 },
  } as unknown as FlusherDeps
  const size = { writes: () => 1, passed: () => {}, failed: () => {} }
  const lead = { token: 'token', epoch: 1n }
  const ended = flushPages(partition, {} as PendingModel, lead, { ...deps, size, isWanted: () => true })
  return { done, sent, ended }
}

/** Long enough for everything that waits for nothing. */
async function settled(): Promise<void> {
  for (let i = 0; i < 20; i += 1) await new Promise(setImmediate)
}

it('has three pages at most in the database that are not settled, and settles them in order', async () => {
  let release = () => {}
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  const { done, ended } = flushing(5, (entry) => (entry === '1-0' ? held : Promise.resolve()))
  await settled()
  expect(done).toEqual(['applied 1-0', 'applied 2-0', 'applied 3-0'])
  release()
  await ended
  expect(done.filter((what) => what.startsWith('settled'))).toEqual([1, 2, 3, 4, 5].map((n) => `settled ${n}-0`))
  expect(done.filter((what) => what.startsWith('applied'))).toEqual([1, 2, 3, 4, 5].map((n) => `applied ${n}-0`))
})

it('gives the database its next page before it asks for another one, and before it settles those before', async () => {
  const { sent, ended } = flushing(3, () => Promise.resolve())
  await ended
  expect(sent).toEqual([
    ...['asked after null', 'applied 1-0', 'asked after 1-0'],
    ...['applied 2-0', 'asked after 2-0', 'settled 1-0'],
    ...['applied 3-0', 'settled 2-0', 'settled 3-0'],
  ])
})

it('settles nothing after what could not be settled, and ends with that error', async () => {
  const away = new Error('away')
  const { done, ended } = flushing(5, (entry) => (entry === '2-0' ? Promise.reject(away) : Promise.resolve()))
  await expect(ended).rejects.toBe(away)
  const atTheEnd = [...done]
  await settled()
  expect(done).toEqual(atTheEnd)
  expect(done.filter((what) => what.startsWith('settled'))).toEqual(['settled 1-0'])
  expect(done).not.toContain('applied 5-0')
})
