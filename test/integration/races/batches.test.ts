import { expect, it } from 'vitest'
import { describeStores } from '../cached-client.ts'
import { countOf, isCommit, lookAt, newNote, readerAndWriter, setText, textOf } from './notes.ts'

describeStores('batches', (makeStoreConfig) => {
  it('R43: a batch of reads and writes of every kind gives what the plain client gives', async () => {
    const { reader, writer } = readerAndWriter(makeStoreConfig())
    const [hit, miss, written] = [await newNote(reader), await newNote(reader), await newNote(reader)]
    for (const { id } of [hit, written]) await textOf(writer.prisma, id)
    const where = (note: { id: number }) => ({ where: { id: note.id } })
    const { prisma } = writer
    const [, ...results] = await prisma.$transaction([
      prisma.$executeRaw`UPDATE "Note" SET "text" = 'raw' WHERE "id" = ${miss.id}`,
      prisma.note.findUnique(where(hit)),
      prisma.note.findUnique(where(miss)),
      prisma.note.findUnique({ ...where(hit), cacheStrategy: false }),
      prisma.note.findMany({ where: { tenantId: hit.tenantId }, cacheStrategy: { ttl: 60 } }),
      setText(prisma, written.id, 'v2'),
      prisma.note.findUnique(where(written)),
      prisma.$queryRaw`SELECT "text" FROM "Note" WHERE "id" = ${miss.id}`,
      prisma.note.count({ where: { tenantId: miss.tenantId } }),
    ])
    const raw = { ...miss, text: 'raw' }
    const v2 = { ...written, text: 'v2' }
    expect(results).toEqual([hit, raw, hit, [hit], v2, v2, [{ text: 'raw' }], 1])
    expect(await textOf(reader.prisma, miss.id)).toBe('raw')
    expect(await textOf(reader.prisma, written.id)).toBe('v2')
  })

  it('R43: a batch of hits alone, and of misses alone, comes back', async () => {
    const { reader } = readerAndWriter(makeStoreConfig())
    const notes = await Promise.all([1, 2, 3].map(() => newNote(reader)))
    const { prisma } = reader
    const batch = () => prisma.$transaction(notes.map(({ id }) => prisma.note.findUnique({ where: { id } })))
    expect(await batch()).toEqual(notes)
    await Promise.all(notes.map(({ id }) => textOf(prisma, id)))
    expect(await batch()).toEqual(notes)
  })

  it('R43: a batch of 50 keeps its order, and invalidates every row before it resolves', async () => {
    const { reader, writer } = readerAndWriter(makeStoreConfig())
    const notes = await Promise.all(Array.from({ length: 25 }, () => newNote(reader)))
    await Promise.all(notes.map(({ id }) => textOf(reader.prisma, id)))
    const { prisma } = writer
    const results = await prisma.$transaction(
      notes.flatMap(({ id }, i) => [setText(prisma, id, `new ${i}`), prisma.note.findUnique({ where: { id } })]),
    )
    expect(results.map((note) => note?.text)).toEqual(notes.flatMap((_, i) => [`new ${i}`, `new ${i}`]))
    const texts = await Promise.all(notes.map(({ id }) => textOf(reader.prisma, id)))
    expect(texts).toEqual(notes.map((_, i) => `new ${i}`))
  })

  it('R43: a batch that fails in the middle rolls back, and invalidates nothing', async () => {
    const { reader, writer } = readerAndWriter(makeStoreConfig())
    const { id } = await newNote(reader)
    await textOf(reader.prisma, id)
    const { prisma } = writer
    const failed = prisma.$transaction([
      setText(prisma, id, 'v2'),
      prisma.note.findUnique({ where: { id } }),
      setText(prisma, -1, 'nobody'),
      prisma.note.findUnique({ where: { id } }),
      setText(prisma, id, 'v3'),
    ])
    await expect(failed).rejects.toMatchObject({ code: 'P2025' })
    expect(countOf(writer, 'invalidated')).toBe(0)
    expect(await lookAt(reader, id)).toEqual({ text: 'v1', status: 'hit' })
  })

  it('R43: a batch that fails in a raw statement comes back too, and leaves nothing stale', async () => {
    const { reader, writer } = readerAndWriter(makeStoreConfig())
    const { id } = await newNote(reader)
    await textOf(reader.prisma, id)
    const { prisma } = writer
    const failed = prisma.$transaction([setText(prisma, id, 'v2'), prisma.$executeRaw`UPDATE "Note" SET "no" = 1`])
    await expect(failed).rejects.toMatchObject({ code: 'P2010' })
    expect(await textOf(reader.prisma, id)).toBe('v1')
  })

  it('R43: a read in a batch fills nothing, and does not read the cache', async () => {
    const { reader, writer } = readerAndWriter(makeStoreConfig())
    const { id } = await newNote(reader)
    const { prisma } = writer
    const commit = writer.adapter.holdNext(isCommit)
    const done = prisma.$transaction([setText(prisma, id, 'v2'), prisma.note.findUnique({ where: { id } })])
    await commit.reached
    expect(await lookAt(reader, id)).toEqual({ text: 'v1', status: 'miss' })
    commit.release()
    expect((await done)[1]?.text).toBe('v2')
    expect(await lookAt(reader, id)).toEqual({ text: 'v2', status: 'miss' })
  })
})
