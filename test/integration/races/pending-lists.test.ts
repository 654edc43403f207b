import { expect, it } from 'vitest'
import { type CachedClient, describeStores, type StoreConfig } from '../cached-client.ts'
import { countOf, newNote, readerAndWriter, setText } from './notes.ts'

/** What is accepted stays out of the database until somebody needs it there. */
const behind = { strategy: 'write-behind', acceptLoss: true, batch: { maxDelay: '1h' } } as const

/** Not what the flusher asks. */
const isList = (sql: string) => sql.startsWith('SELECT') && sql.includes('FROM "public"."Note"')

/** Two clients of one cache, and a list with one row, told by a column that is no key: it is computed by the database. */
async function setup(store: StoreConfig) {
  const { reader, writer } = readerAndWriter(store, { models: { Note: behind } })
  const { id, tenantId } = await newNote(reader)
  const list = async ({ prisma }: CachedClient) => {
    const { data, info } = await prisma.$cache.withInfo(() => prisma.note.findMany({ where: { tenantId } }))
    return { texts: data.map(({ text }) => text), status: info.status }
  }
  const accept = async (text: string) => {
    const accepted = countOf(writer, 'accepted')
    await setText(writer.prisma, id, text)
    expect(countOf(writer, 'accepted')).toBe(accepted + 1)
  }
  const stored = async () => (await reader.base.note.findUnique({ where: { id } }))?.text
  return { reader, writer, list, accept, stored }
}

describeStores('lists of a model with pending writes', (makeStoreConfig) => {
  it('R44: one that was cached before a write was accepted is not served after it, nor loaded without it', async () => {
    const { reader, writer, list, accept, stored } = await setup(makeStoreConfig())
    for (const status of ['miss', 'hit']) expect(await list(reader)).toEqual({ texts: ['v1'], status })
    await accept('v2')
    expect(await stored()).toBe('v1')
    expect(await list(reader)).toEqual({ texts: ['v2'], status: 'miss' })
    expect(await stored()).toBe('v2')
    for (const client of [reader, writer]) expect(await list(client)).toEqual({ texts: ['v2'], status: 'hit' })
  })

  it.each(['before', 'after'] as const)(
    'R44: one that was loading while a write was accepted is not served, %s the database has answered',
    async (when) => {
      const { reader, writer, list, accept } = await setup(makeStoreConfig())
      const held = reader.adapter.holdNext(isList, { when })
      const loading = list(reader)
      await held.reached
      await accept('v2')
      held.release()
      // It began before the write, which is not in the database.
      expect((await loading).texts).toEqual(['v1'])
      await expect.poll(() => countOf(reader, 'filled')).toBe(1)
      expect(await list(writer)).toEqual({ texts: ['v2'], status: 'miss' })
      expect(await list(reader)).toEqual({ texts: ['v2'], status: 'hit' })
    },
  )

  it('R44: one that was loading while a write was accepted and flushed is not served', async () => {
    const { reader, writer, list, accept } = await setup(makeStoreConfig())
    const held = reader.adapter.holdNext(isList, { when: 'after' })
    const loading = list(reader)
    await held.reached
    await accept('v2')
    await writer.prisma.$cache.flush()
    held.release()
    expect((await loading).texts).toEqual(['v1'])
    await expect.poll(() => countOf(reader, 'filled')).toBe(1)
    expect(await list(writer)).toEqual({ texts: ['v2'], status: 'miss' })
  })
})
