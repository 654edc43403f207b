import { expect, inject, it } from 'vitest'
import { freshNamespace } from '../../services/fresh.ts'
import { waitUntil } from '../../services/wait-until.ts'
import { type CachedClient, cachedClient, describeStores } from '../cached-client.ts'
import { isSelect, lookedUp, newNote, textOf } from './notes.ts'

const maxLoads = 3

/** Not by `findUnique`, of which Prisma makes one query for many. */
async function firstText({ prisma }: CachedClient, id: number) {
  const note = await prisma.note.findFirst({ where: { id } })
  return note?.text
}

describeStores('an invalidation of everything', (makeStoreConfig) => {
  it('R36: of a hot model that is invalidated as a whole so many at a time, and first what most readers wait for', async () => {
    const client = cachedClient({
      databaseUrl: inject('databaseUrl'),
      ...makeStoreConfig(),
      config: { models: { Note: { maxConcurrentLoads: maxLoads } } },
    })
    const notes = await Promise.all(Array.from({ length: 24 }, (_, i) => newNote(client, `note ${i}`)))
    for (const { id } of notes) await firstText(client, id)
    await client.prisma.$cache.invalidate({ models: ['Note'] })

    // The last are asked for most, and nobody asks for them before he has asked for all others.
    const readersOf = new Map(notes.map(({ id }, i) => [id, 4 ** Math.floor(i / 8)]))
    const held = notes.map(() => client.adapter.holdNext(isSelect))
    client.adapter.clear()
    const begunMs = performance.now()
    const reads = notes.flatMap(({ id }) => Array.from({ length: readersOf.get(id)! }, () => firstText(client, id)))
    await lookedUp(client)
    const askedMs = performance.now() - begunMs
    await waitUntil(() => performance.now() > begunMs + 3 * askedMs, { what: 'all to have waited about as long' })

    const sent = () => client.adapter.statements.filter(({ sql }) => isSelect(sql)).map(({ args }) => args[0] as number)
    for (const [ended, { release }] of held.entries()) {
      const begun = Math.min(ended + maxLoads, notes.length)
      await held[begun - 1]!.reached
      // Something else goes through meanwhile.
      await client.base.$executeRaw`DELETE FROM "Note" WHERE false`
      expect(sent()).toHaveLength(begun)
      release()
    }
    const texts = notes.flatMap(({ id, text }) => Array.from({ length: readersOf.get(id)! }, () => text))
    expect(await Promise.all(reads)).toEqual(texts)
    const waitedFor = sent().slice(maxLoads)
    const most = waitedFor.map((id) => readersOf.get(id)!).toSorted((a, b) => b - a)
    expect(waitedFor.map((id) => readersOf.get(id))).toEqual(most)
  })
})

it('R36: processes whose readers no longer wait for each other share what is left to load', async () => {
  const processes = 4
  const keys = 20
  const config = { models: { Note: { maxConcurrentLoads: 1 } }, loadWait: '50ms' } as const
  const options = { databaseUrl: inject('databaseUrl'), redis: inject('redisUrl'), namespace: freshNamespace(), config }
  const clients = Array.from({ length: processes }, () => cachedClient(options))
  const notes = await Promise.all(Array.from({ length: keys }, () => newNote(clients[0]!)))
  for (const client of clients) await textOf(client.prisma, 0)
  const held = clients.map(({ adapter }) => adapter.holdNext(isSelect, { when: 'after' }))
  for (const client of clients) client.queries()
  const reads = Promise.all(
    clients.flatMap(({ prisma }) => notes.map(({ tenantId }) => prisma.note.findMany({ where: { tenantId } }))),
  )
  // Each loads one entry; the others are in its queue, and those that one of the others loads will be found there.
  await Promise.all(held.map(({ reached }) => reached))
  for (const { release } of held) release()
  await reads
  const total = clients.reduce((sum, client) => sum + client.queries(), 0)
  expect(total).toBeLessThanOrEqual(processes + (keys - 1))
})
