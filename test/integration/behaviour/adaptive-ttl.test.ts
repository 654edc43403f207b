import { expect, it } from 'vitest'
import { waitUntil } from '../../services/wait-until.ts'
import { type CachedClient, describeStores } from '../cached-client.ts'
import { newNote, readerAndWriter, setText, textOf } from '../races/notes.ts'

const adaptive = { min: '1ms', max: '1h' } as const

/** The TTL of the last entry that a client stored, in milliseconds. */
function lastTtl(client: CachedClient): number {
  return ttls(client).at(-1) ?? 0
}

/** Those of all that it stored, in order. */
function ttls({ events }: CachedClient): readonly number[] {
  return events.flatMap((event) => (event.kind === 'filled' ? [event.ttlMs] : []))
}

/** That which as many are above as below. */
function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)]!
}

function readerOf(...[store, model]: Parameters<typeof readerAndWriterOf>) {
  return readerAndWriterOf(store, model).reader
}

function readerAndWriterOf(
  store: Parameters<typeof readerAndWriter>[0],
  { strategy = 'cache-aside', staleShare = 0.2 }: Model = {},
) {
  return readerAndWriter(store, { models: { Note: { strategy, ttl: { adaptive: { ...adaptive, staleShare } } } } })
}

interface Model {
  readonly strategy?: 'cache-aside' | 'read-through'
  readonly staleShare?: number
}

describeStores('a TTL that adapts', (makeStoreConfig) => {
  it.each(['cache-aside', 'read-through'] as const)(
    'grows where nobody changes anything, and stays short where somebody does: %s',
    async (strategy) => {
      const still = readerOf(makeStoreConfig(), { strategy })
      const changed = readerOf(makeStoreConfig(), { strategy, staleShare: 0.02 })
      const [one, other] = [await newNote(still), await newNote(changed)]
      const readOften = async () => {
        for (let i = 0; i < 50; i += 1) await textOf(still.prisma, one.id)
        return lastTtl(still) > 20
      }
      await waitUntil(readOften, { what: 'a longer TTL', deadlineMs: 25_000, pollMs: 1 })
      const startedMs = performance.now()
      const reads = 200
      for (let i = 0; i < reads; i += 1) {
        // Past the plugin, as another program does.
        await setText(changed.base, other.id, `v${i}`)
        await textOf(changed.prisma, other.id)
      }
      // Far shorter than the time between two changes. Not each: where the machine pauses, nothing changes for a while.
      const betweenMs = (performance.now() - startedMs) / reads
      expect(median(ttls(changed).slice(-reads / 4))).toBeLessThanOrEqual(Math.max(1, betweenMs / 3))
    },
  )

  it('does not mind writes that invalidate', async () => {
    const { reader, writer } = readerAndWriterOf(makeStoreConfig(), { staleShare: 0.002 })
    const { id } = await newNote(reader)
    // Were these taken for changes behind its back, it would stay at the shortest.
    for (let i = 0; i < 500 && lastTtl(reader) <= 3; i += 1) {
      await setText(writer.prisma, id, `v${i}`)
      // However fast reads are: it expires and is stored again, with nothing changed, before the next write.
      const stored = ttls(reader).length
      for (let reads = 0; ttls(reader).length < stored + 4; reads += 1) {
        expect(await textOf(reader.prisma, id)).toBe(`v${i}`)
        expect(reads).toBeLessThan(100_000)
      }
    }
    expect(lastTtl(reader)).toBeGreaterThan(3)
  })

  it('is no matter for a query that says how long', async () => {
    const reader = readerOf(makeStoreConfig())
    const { id } = await newNote(reader)
    await reader.prisma.note.findUnique({ where: { id }, cacheStrategy: { ttl: '1m' } })
    await expect.poll(() => lastTtl(reader)).toBeGreaterThan(50_000)
  })
})
