import { expect, it } from 'vitest'
import { type CachedClient, describeStores, type StoreConfig } from '../cached-client.ts'
import { countOf, isSelect, lookAt, lookedUp, newNote, readerAndWriter, setText, textOf } from '../races/notes.ts'

type Strategy = 'cache-aside' | 'write-through' | 'write-behind'

/** Of two lookups one waits for its place, because the other is in the database, until it is released. */
async function oneWaits(store: StoreConfig, strategy: Strategy) {
  const accepting = strategy === 'write-behind' ? ({ acceptLoss: true, batch: { maxDelay: '1h' } } as const) : {}
  const note = { strategy, maxConcurrentLoads: 1, ...accepting }
  const { reader, writer } = readerAndWriter(store, { models: { Note: note } })
  const [first, second] = [await newNote(reader), await newNote(reader)]
  const held = reader.adapter.holdNext(isOfNote)
  reader.adapter.clear()
  const reads = [textOf(reader.prisma, first.id)]
  await held.reached
  reads.push(textOf(reader.prisma, second.id))
  await lookedUp(reader)
  expect(selects(reader)).toBe(1)
  reader.adapter.clear()
  return { reader, writer, id: second.id, reads, release: held.release }
}

/** Write-behind asks for more, about itself. */
const isOfNote = (sql: string) => isSelect(sql) && sql.includes('"Note"')

const selects = ({ adapter }: CachedClient) => adapter.count(isOfNote)

describeStores('a load that waits for its place', (makeStoreConfig) => {
  it('is stored, though its row was written meanwhile', async () => {
    const { reader, writer, id, reads, release } = await oneWaits(makeStoreConfig(), 'cache-aside')
    await setText(writer.prisma, id, 'v2')
    release()
    expect(await Promise.all(reads)).toEqual(['v1', 'v2'])
    expect(await lookAt(reader, id)).toEqual({ text: 'v2', status: 'hit' })
  })

  it('asks no more for what was stored meanwhile', async () => {
    const { reader, writer, id, reads, release } = await oneWaits(makeStoreConfig(), 'write-through')
    await setText(writer.prisma, id, 'v2')
    const before = selects(reader)
    release()
    expect(await Promise.all(reads)).toEqual(['v1', 'v2'])
    expect(selects(reader)).toBe(before)
  })

  it('R44: shows what was accepted meanwhile', async () => {
    const { reader, writer, id, reads, release } = await oneWaits(makeStoreConfig(), 'write-behind')
    await setText(writer.prisma, id, 'v2')
    expect(countOf(writer, 'accepted')).toBe(1)
    release()
    expect(await Promise.all(reads)).toEqual(['v1', 'v2'])
    expect(await lookAt(reader, id)).toEqual({ text: 'v2', status: 'hit' })
  })
})
