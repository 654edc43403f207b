import { expect, it } from 'vitest'
import { type CachedClient, describeStores } from '../cached-client.ts'
import { newNote, readerAndWriter, setText, textOf } from '../races/notes.ts'

const ttl = { adaptive: { min: '1ms', max: '1h', staleShare: 0.2 } } as const

/** The TTL of the last entry that a client stored, in milliseconds. */
function lastTtl({ events }: CachedClient): number {
  const filled = events.filter((event) => event.kind === 'filled')
  return filled.at(-1)?.ttlMs ?? 0
}

function readerOf(...[store, model]: Parameters<typeof readerAndWriterOf>) {
  return readerAndWriterOf(store, model).reader
}

function readerAndWriterOf(
  store: Parameters<typeof readerAndWriter>[0],
  model: { readonly strategy: 'cache-aside' | 'read-through' },
) {
  return readerAndWriter(store, { models: { Note: { ...model, ttl } } })
}

describeStores('a TTL that adapts', (makeStoreConfig) => {
  it.each(['cache-aside', 'read-through'] as const)(
    'grows where nobody changes anything, and stays short where somebody does: %s',
    async (strategy) => {
      const [still, changed] = [readerOf(makeStoreConfig(), { strategy }), readerOf(makeStoreConfig(), { strategy })]
      const [one, other] = [await newNote(still), await newNote(changed)]
      for (let i = 0; i < 3000 && lastTtl(still) <= 20; i += 1) await textOf(still.prisma, one.id)
      expect(lastTtl(still)).toBeGreaterThan(20)
      for (let i = 0; i < 100; i += 1) {
        // Past the plugin, as another program does.
        await setText(changed.base, other.id, `v${i}`)
        await textOf(changed.prisma, other.id)
      }
      expect(lastTtl(changed)).toBeLessThan(5)
    },
  )

  it('does not mind writes that invalidate', async () => {
    const { reader, writer } = readerAndWriterOf(makeStoreConfig(), { strategy: 'cache-aside' })
    const { id } = await newNote(reader)
    for (let i = 0; i < 1000 && lastTtl(reader) <= 20; i += 1) {
      await setText(writer.prisma, id, `v${i}`)
      for (let again = 0; again < 3; again += 1) expect(await textOf(reader.prisma, id)).toBe(`v${i}`)
    }
    expect(lastTtl(reader)).toBeGreaterThan(20)
  })

  it('is no matter for a query that says how long', async () => {
    const reader = readerOf(makeStoreConfig(), { strategy: 'cache-aside' })
    const { id } = await newNote(reader)
    await reader.prisma.note.findUnique({ where: { id }, cacheStrategy: { ttl: '1m' } })
    expect(lastTtl(reader)).toBeGreaterThan(50_000)
  })
})
