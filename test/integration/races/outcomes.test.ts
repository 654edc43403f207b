import { randomUUID } from 'node:crypto'
import { expect, it, vi } from 'vitest'
import { Prisma } from '../../../prisma/generated/client.ts'
import { type CachedClient, describeStores } from '../cached-client.ts'
import { lockRow, terminate } from './locks.ts'
import { countOf, isCommit, isUpdate, lookAt, newNote, readerAndWriter, setText, textOf } from './notes.ts'

type Client = CachedClient['prisma']

/** How a write may run, and the statement after which it is in the database. */
const writes = {
  'a single write': { write: (client: Client, id: number) => setText(client, id, 'v2'), last: isUpdate },
  'a batch': {
    write: (client: Client, id: number) => client.$transaction([setText(client, id, 'v2'), client.note.count()]),
    last: isCommit,
  },
  'a transaction': {
    write: (client: Client, id: number) => client.$transaction((tx) => setText(tx, id, 'v2')),
    last: isCommit,
  },
}
const kinds = Object.keys(writes) as (keyof typeof writes)[]

describeStores('unknown outcomes', (makeStoreConfig) => {
  it.each(kinds)('R5: invalidates after %s whose acknowledgement was lost', async (kind) => {
    const { reader, writer } = readerAndWriter(makeStoreConfig())
    const { id } = await newNote(reader)
    expect(await textOf(reader.prisma, id)).toBe('v1')
    const { write, last } = writes[kind]
    writer.adapter.failNext(last, new Error('connection lost'), { when: 'after' })
    await expect(write(writer.prisma, id)).rejects.toThrow('connection lost')
    expect(await lookAt(reader, id)).toEqual({ text: 'v2', status: 'miss' })
  })

  it.each(kinds)('R5: invalidates after %s that never reached the database, for who could know', async (kind) => {
    const { reader, writer } = readerAndWriter(makeStoreConfig())
    const { id } = await newNote(reader)
    expect(await textOf(reader.prisma, id)).toBe('v1')
    const { write, last } = writes[kind]
    writer.adapter.failNext(last, new Error('connection lost'))
    await expect(write(writer.prisma, id)).rejects.toThrow('connection lost')
    expect(await lookAt(reader, id)).toEqual({ text: 'v1', status: 'miss' })
  })

  it.each(kinds)('R5: invalidates after %s whose connection was cut while it ran', async (kind) => {
    const { reader, writer } = readerAndWriter(makeStoreConfig())
    const { id } = await newNote(reader)
    expect(await textOf(reader.prisma, id)).toBe('v1')
    const lock = await lockRow(id)
    const cut = expect(Promise.resolve(writes[kind].write(writer.prisma, id))).rejects.toThrow()
    await terminate(await lock.blocks())
    await cut
    await lock.release()
    const { status } = await lookAt(reader, id)
    // In a transaction the COMMIT was never tried: that outcome is known.
    expect(status).toBe(kind === 'a transaction' ? 'hit' : 'miss')
    expect(await textOf(reader.prisma, id)).toBe('v1')
    await setText(writer.prisma, id, 'v3')
    expect(await textOf(reader.prisma, id)).toBe('v3')
  })

  it('R5: invalidates after a COMMIT whose connection was cut', async () => {
    const { reader, writer } = readerAndWriter(makeStoreConfig())
    const { id } = await newNote(reader)
    expect(await textOf(reader.prisma, id)).toBe('v1')
    const commit = writer.adapter.holdNext(isCommit)
    let pid = 0
    const cut = writer.prisma.$transaction(async (tx) => {
      await setText(tx, id, 'v2')
      const [row] = await tx.$queryRaw<{ pid: number }[]>`SELECT pg_backend_pid() AS pid`
      pid = row!.pid
    })
    const failed = expect(cut).rejects.toThrow()
    await commit.reached
    await terminate(pid)
    commit.release()
    await failed
    // The pool hands out the connection until it has heard that it is gone.
    await expect.poll(() => writer.base.$queryRaw`SELECT 1`.then(() => true, String)).toBe(true)
    expect(await lookAt(reader, id)).toEqual({ text: 'v1', status: 'miss' })
  })

  it('R5: invalidates nothing after a write that the database refused', async () => {
    const { reader, writer } = readerAndWriter(makeStoreConfig())
    const { id } = await newNote(reader)
    expect(await textOf(reader.prisma, id)).toBe('v1')
    const refused = writer.prisma.note.update({ where: { id, tenantId: 'nobody' }, data: { text: 'v2' } })
    await expect(refused).rejects.toMatchObject({ code: 'P2025' })
    expect(countOf(writer, 'invalidated')).toBe(0)
    expect(await lookAt(reader, id)).toEqual({ text: 'v1', status: 'hit' })
  })

  it('R5: invalidates after a write whose result could not be understood', async () => {
    const { reader, writer } = readerAndWriter(makeStoreConfig(), { models: { Book: { ttl: '1m' } } })
    const isbn = randomUUID()
    await reader.base.book.create({ data: { isbn, title: 'v1', price: 1 } })
    const title = async () => (await reader.prisma.book.findUnique({ where: { isbn } }))?.title
    expect(await title()).toBe('v1')
    // The row is in the database when its price is looked at.
    const looked = vi.spyOn(Prisma.Decimal.prototype, 'toFixed').mockImplementation(() => {
      throw new Error('what is this?')
    })
    const written = Promise.resolve(writer.prisma.book.update({ where: { isbn }, data: { title: 'v2' } }))
    await expect(written.finally(() => looked.mockRestore())).rejects.toThrow('what is this?')
    expect(await title()).toBe('v2')
  })
})
