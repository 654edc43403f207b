import { expect, inject, it } from 'vitest'
import { type CachedClient, cachedClient, describeStores, type StoreConfig } from '../cached-client.ts'
import { processesWait } from './held-leases.ts'
import { countOf, isSelect, newNote, textOf } from './notes.ts'

// Who waits would rather wait for ever than load alone: whatever ends a wait is the failure.
const config = { loadLease: '1m', loadWait: '1m' } as const
const readers = 20

const open = (store: StoreConfig) => cachedClient({ databaseUrl: inject('databaseUrl'), ...store, config })

async function deletedNote({ base }: CachedClient) {
  const note = await newNote({ base })
  await base.note.delete({ where: { id: note.id } })
  return note
}

type Finds = Pick<CachedClient['base'], 'note'>

const find = (client: Finds, id: number) => client.note.findUniqueOrThrow({ where: { id } })

function findMany({ prisma }: CachedClient, id: number) {
  return Promise.allSettled(Array.from({ length: readers }, () => find(prisma as unknown as Finds, id)))
}

/** Everything a caller can see of an error, but where it was thrown. */
function seen(outcome: PromiseSettledResult<unknown>) {
  if (outcome.status === 'fulfilled') return outcome.value
  const error: Error & { code?: unknown; meta?: unknown } = outcome.reason
  const { name, message, code, meta } = error
  return { class: error.constructor, name, message, code, meta }
}

async function plainError({ base }: CachedClient, id: number) {
  const [outcome] = await Promise.allSettled([find(base, id)])
  return seen(outcome!)
}

describeStores('failing loads', (makeStoreConfig) => {
  it('R15: a failed load is tried once for all who wait in the process; each gets the error of the plain client', async () => {
    const client = open(makeStoreConfig())
    const { id } = await deletedNote(client)
    const expected = await plainError(client, id)
    const load = client.adapter.holdNext(isSelect)
    const outcomes = findMany(client, id)
    await load.reached
    client.queries()
    load.release()
    expect((await outcomes).map(seen)).toEqual(Array.from({ length: readers }, () => expected))
    expect(expected).toMatchObject({ code: 'P2025' })
    // The one that was held is not counted: there was no other.
    expect(client.queries()).toBe(0)
    expect(countOf(client, 'filled')).toBe(0)
  })

  it('R15: the next read after a failed load tries again', async () => {
    const client = open(makeStoreConfig())
    const { id } = await newNote(client)
    client.adapter.failNext(isSelect, new Error('no rows today'))
    await expect(textOf(client.prisma, id)).rejects.toThrow('no rows today')
    expect(await textOf(client.prisma, id)).toBe('v1')
    expect(await textOf(client.prisma, id)).toBe('v1')
    expect(countOf(client, 'hit')).toBe(1)
  })
})

it('R15: a load that fails releases those who wait in other processes at once, for one attempt each', async () => {
  const holder = open({ redis: inject('redisUrl') })
  const { namespace } = holder
  const others = [open({ redis: inject('redisUrl'), namespace }), open({ redis: inject('redisUrl'), namespace })]
  const note = await deletedNote(holder)
  const load = holder.adapter.holdNext(isSelect, { when: 'after' })
  const failed = findMany(holder, note.id)
  await load.reached
  const found = Promise.all(others.map((other) => findMany(other, note.id)))
  await processesWait(namespace, { waiting: 2 })
  expect(others.map((other) => other.queries())).toEqual([0, 0])
  // Those who wait will find it, and the holder has not.
  await holder.base.note.create({ data: note })
  load.release()
  expect((await failed).map((outcome) => outcome.status)).toEqual(Array.from({ length: readers }, () => 'rejected'))
  expect((await found).flat().map(seen)).toEqual(Array.from({ length: 2 * readers }, () => note))
  expect(others.map((other) => other.queries())).toEqual([1, 1])
})
