import { expect, it } from 'vitest'
import type { Note } from '../../../prisma/generated/client.ts'
import { waitUntil } from '../../services/wait-until.ts'
import { type CachedClient, describeStores } from '../cached-client.ts'
import {
  countOf,
  isSelect,
  lookAt,
  type Notes,
  newNote,
  readerAndWriter,
  setText,
  textOf,
  writeAcross,
} from './notes.ts'

type Client = CachedClient['prisma']

const reads: Readonly<Record<string, (client: Notes, note: Note) => PromiseLike<unknown>>> = {
  'a row': (client, { id }) => client.note.findUnique({ where: { id } }),
  'a list': (client, { tenantId }) => client.note.findMany({ where: { tenantId } }),
  'a count': (client, { tenantId }) => client.note.count({ where: { tenantId, text: 'v1' } }),
}

const writes: Readonly<Record<string, (client: Client, note: Note) => PromiseLike<unknown>>> = {
  update: (client, { id }) => setText(client, id, 'v2'),
  updateMany: (client, { tenantId }) => client.note.updateMany({ where: { tenantId }, data: { text: 'v2' } }),
  delete: (client, { id }) => client.note.delete({ where: { id } }),
  'raw SQL': (client, { id }) => client.$executeRaw`UPDATE "Note" SET "text" = 'v2' WHERE "id" = ${id}`,
  'a batch': (client, { id }) => client.$transaction([setText(client, id, 'v2'), client.note.count()]),
  'a transaction': (client, { id }) => client.$transaction((tx) => setText(tx, id, 'v2')),
}

describeStores('invalidation', (makeStoreConfig) => {
  it.each(Object.keys(reads))('R1: %s that was loading during a write fills nothing that is served', async (kind) => {
    const { reader, writer } = readerAndWriter(makeStoreConfig())
    for (const [name, write] of Object.entries(writes)) {
      const note = await newNote(reader)
      const read = (client: Notes) => reads[kind]!(client, note)
      const before = await read(reader.base)
      const fills = countOf(reader, 'filled')
      const held = reader.adapter.holdNext(isSelect, { when: 'after' })
      const slow = Promise.resolve(read(reader.prisma))
      await held.reached
      await write(writer.prisma, note)
      held.release()
      expect(await slow, name).toEqual(before)
      // The fill did happen, after the invalidation: what makes it harmless is that nobody takes it for valid.
      await expect.poll(() => countOf(reader, 'filled'), { message: name }).toBe(fills + 1)
      const after = await read(reader.base)
      expect(after, name).not.toEqual(before)
      expect(await read(reader.prisma), name).toEqual(after)
      expect(await read(writer.prisma), name).toEqual(after)
    }
  })

  it('R16: does not let a read join a load that began before an invalidation', async () => {
    const { reader, writer } = readerAndWriter(makeStoreConfig(), { loadWait: '100ms' })
    const { id } = await newNote(reader)
    const held = reader.adapter.holdNext(isSelect, { when: 'after' })
    const older = textOf(reader.prisma, id)
    await held.reached
    await setText(writer.prisma, id, 'v2')
    expect(await textOf(reader.prisma, id)).toBe('v2')
    held.release()
    expect(await older).toBe('v1')
    expect(await textOf(reader.prisma, id)).toBe('v2')
  })

  it('R16: lets reads that saw the same stamps share one load', async () => {
    const { reader } = readerAndWriter(makeStoreConfig())
    const { id } = await newNote(reader)
    reader.queries()
    const texts = await Promise.all(Array.from({ length: 20 }, () => textOf(reader.prisma, id)))
    expect(new Set(texts)).toEqual(new Set(['v1']))
    expect(reader.queries()).toBe(1)
  })

  it.each(['cache-aside', 'write-through'] as const)(
    'R22: does not take the selection that an update returned for the row (%s)',
    async (strategy) => {
      const { reader, writer } = readerAndWriter(makeStoreConfig(), { models: { Note: { strategy } } })
      const { id } = await newNote(reader)
      expect(await textOf(reader.prisma, id)).toBe('v1')
      // With its key and without.
      for (const select of [{ text: true }, { id: true, text: true }]) {
        const data = { text: `v${Object.keys(select).length + 1}` }
        const returned = 'id' in select ? { id, ...data } : data
        expect(await writer.prisma.note.update({ where: { id }, data, select })).toEqual(returned)
        for (const { prisma } of [reader, writer, reader]) {
          const row = await prisma.note.findUnique({ where: { id } })
          expect(row).toEqual(await reader.base.note.findUnique({ where: { id } }))
        }
      }
    },
  )

  it('R35: drops a background refresh that was loading during a write', async () => {
    const { reader, writer } = readerAndWriter(makeStoreConfig(), {
      models: { Note: { ttl: '100ms', staleWhileRevalidate: '1m' } },
      loadWait: '100ms',
    })
    const { id } = await newNote(reader)
    expect(await textOf(reader.prisma, id)).toBe('v1')
    const held = reader.adapter.holdNext(isSelect, { when: 'after' })
    await expect.poll(() => lookAt(reader, id)).toEqual({ text: 'v1', status: 'stale' })
    await held.reached
    await writeAcross({ reader, writer }, held, id)
    // Neither while the late entry is young, nor when it may be served stale.
    const texts: unknown[] = []
    const isStale = async () => {
      const { text, status } = await lookAt(reader, id)
      texts.push(text)
      return status === 'stale'
    }
    await waitUntil(isStale, { what: 'a stale hit' })
    expect(new Set(texts)).toEqual(new Set(['v2']))
  })
})
