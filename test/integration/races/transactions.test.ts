import { expect, it } from 'vitest'
import { type CachedClient, describeStores } from '../cached-client.ts'
import { lockRow } from './locks.ts'
import { countOf, isCommit, isSelect, lookAt, newNote, readerAndWriter, setText, textOf } from './notes.ts'

type Client = CachedClient['prisma']

const commits: Readonly<Record<string, (client: Client, id: number) => Promise<unknown>>> = {
  'a transaction': (client, id) => client.$transaction((tx) => setText(tx, id, 'v2')),
  'a batch': (client, id) => client.$transaction([setText(client, id, 'v2'), client.note.count()]),
}

describeStores('transactions', (makeStoreConfig) => {
  it.each(Object.keys(commits))('R2: invalidates what was read before the commit of %s', async (kind) => {
    const { reader, writer } = readerAndWriter(makeStoreConfig())
    const { id } = await newNote(reader)
    const commit = writer.adapter.holdNext(isCommit)
    const done = commits[kind]!(writer.prisma, id)
    await commit.reached
    expect(await textOf(reader.prisma, id)).toBe('v1')
    expect(await lookAt(reader, id)).toEqual({ text: 'v1', status: 'hit' })
    expect(countOf(writer, 'invalidated')).toBe(0)
    commit.release()
    await done
    expect(await lookAt(reader, id)).toEqual({ text: 'v2', status: 'miss' })
  })

  it.each(Object.keys(commits))('R2: invalidates a read that was loading during the commit of %s', async (kind) => {
    const { reader, writer } = readerAndWriter(makeStoreConfig())
    const { id } = await newNote(reader)
    const commit = writer.adapter.holdNext(isCommit)
    const done = commits[kind]!(writer.prisma, id)
    await commit.reached
    const load = reader.adapter.holdNext(isSelect, { when: 'after' })
    const read = textOf(reader.prisma, id).then((text) => text)
    await load.reached
    commit.release()
    await done
    load.release()
    expect(await read).toBe('v1')
    await expect.poll(() => countOf(reader, 'filled')).toBe(1)
    expect(await textOf(reader.prisma, id)).toBe('v2')
  })

  it.each(Object.keys(commits))('R2: has invalidated when the promise of %s resolves', async (kind) => {
    const { reader, writer } = readerAndWriter(makeStoreConfig())
    const { id } = await newNote(reader)
    await textOf(reader.prisma, id)
    const commit = writer.adapter.holdNext(isCommit, { when: 'after' })
    const events: string[] = []
    const done = commits[kind]!(writer.prisma, id).then(() => events.push('resolved', ...kinds(writer)))
    await commit.reached
    // Committed, but the writer does not know it yet.
    expect(await textOf(reader.base, id)).toBe('v2')
    expect(kinds(writer)).toEqual([])
    commit.release()
    await done
    expect(events).toEqual(['resolved', 'invalidated'])
    expect(await lookAt(reader, id)).toEqual({ text: 'v2', status: 'miss' })
  })

  it('R6: fills nothing from a transaction that rolls back', async () => {
    const { reader, writer } = readerAndWriter(makeStoreConfig())
    const { id, tenantId } = await newNote(reader)
    const inside = writer.prisma.$transaction(async (tx) => {
      await setText(tx, id, 'phantom')
      expect(await textOf(tx, id)).toBe('phantom')
      expect(await tx.note.findMany({ where: { tenantId } })).toMatchObject([{ text: 'phantom' }])
      expect(await textOf(reader.prisma, id)).toBe('v1')
      throw new Error('changed our mind')
    })
    await expect(inside).rejects.toThrow('changed our mind')
    expect(await lookAt(reader, id)).toEqual({ text: 'v1', status: 'hit' })
    expect(await reader.prisma.note.findMany({ where: { tenantId } })).toMatchObject([{ text: 'v1' }])
    expect(countOf(writer, 'invalidated')).toBe(0)
  })

  it('R7: shows a transaction its own writes, and nobody else', async () => {
    const { reader, writer } = readerAndWriter(makeStoreConfig())
    const { id } = await newNote(reader)
    expect(await textOf(writer.prisma, id)).toBe('v1')
    await writer.prisma.$transaction(async (tx) => {
      await setText(tx, id, 'v2')
      expect(await textOf(tx, id)).toBe('v2')
      await setText(tx, id, 'v3')
      expect(await textOf(tx, id)).toBe('v3')
      expect(await lookAt(reader, id)).toMatchObject({ text: 'v1' })
    })
    expect(await textOf(reader.prisma, id)).toBe('v3')
  })

  it.each(['RepeatableRead', 'Serializable'] as const)(
    'R8: keeps a %s snapshot out of the cache, and the cache out of the snapshot',
    async (isolationLevel) => {
      const { reader, writer } = readerAndWriter(makeStoreConfig())
      const { id } = await newNote(reader)
      const inside = async (tx: Parameters<Parameters<Client['$transaction']>[0]>[0]) => {
        expect(await textOf(tx, id)).toBe('v1')
        await setText(writer.prisma, id, 'v2')
        // Nobody has read v2 yet: a fill of v1 would now have valid stamps.
        expect(await textOf(tx, id)).toBe('v1')
        expect(await lookAt(writer, id)).toEqual({ text: 'v2', status: 'miss' })
        expect(await textOf(tx, id)).toBe('v1')
      }
      await reader.prisma.$transaction(inside, { isolationLevel })
      expect(await lookAt(writer, id)).toEqual({ text: 'v2', status: 'hit' })
      expect(await textOf(reader.prisma, id)).toBe('v2')
    },
  )

  it('R43: a savepoint that is reverted invalidates nothing, and what surrounds it does', async () => {
    const { reader, writer } = readerAndWriter(makeStoreConfig())
    const [outer, inner] = [await newNote(reader), await newNote(reader)]
    for (const { id } of [outer, inner]) await textOf(reader.prisma, id)
    await writer.prisma.$transaction(async (tx) => {
      await setText(tx, outer.id, 'v2')
      const nested = tx.$transaction(async (savepoint) => {
        await setText(savepoint, inner.id, 'v2')
        throw new Error('revert')
      })
      await expect(nested).rejects.toThrow('revert')
    })
    expect(await lookAt(reader, outer.id)).toEqual({ text: 'v2', status: 'miss' })
    expect(await lookAt(reader, inner.id)).toEqual({ text: 'v1', status: 'hit' })
  })

  it('R43: a savepoint that succeeds shares the fate of its transaction', async () => {
    const { reader, writer } = readerAndWriter(makeStoreConfig())
    const { id } = await newNote(reader)
    const nested = async (fate: 'commit' | 'rollback') =>
      writer.prisma.$transaction(async (tx) => {
        await tx.$transaction((savepoint) => setText(savepoint, id, 'v2'))
        expect(countOf(writer, 'invalidated')).toBe(0)
        if (fate === 'rollback') throw new Error('rollback')
      })
    await textOf(reader.prisma, id)
    await expect(nested('rollback')).rejects.toThrow('rollback')
    expect(await lookAt(reader, id)).toEqual({ text: 'v1', status: 'hit' })
    await nested('commit')
    expect(await lookAt(reader, id)).toEqual({ text: 'v2', status: 'miss' })
  })

  it('R43: a transaction that times out rolls back and invalidates nothing', async () => {
    const { reader, writer } = readerAndWriter(makeStoreConfig())
    const { id } = await newNote(reader)
    await textOf(reader.prisma, id)
    const slow = writer.prisma.$transaction(
      async (tx) => {
        await setText(tx, id, 'v2')
        // Ends with the error of the first statement that comes too late.
        for (;;) await tx.note.count({ where: { id } })
      },
      { timeout: 100 },
    )
    await expect(slow).rejects.toMatchObject({ code: 'P2028' })
    expect(countOf(writer, 'invalidated')).toBe(0)
    expect(await lookAt(reader, id)).toEqual({ text: 'v1', status: 'hit' })
    expect(await textOf(reader.base, id)).toBe('v1')
  })

  it('R43: transactions that overlap do not mix', async () => {
    const { reader, writer } = readerAndWriter(makeStoreConfig())
    const notes = [await newNote(reader), await newNote(reader)] as const
    for (const { id } of notes) await textOf(reader.prisma, id)
    const [committed, reverted] = notes
    await writer.prisma.$transaction(async (tx) => {
      await setText(tx, committed.id, 'v2')
      const other = writer.prisma.$transaction(async (otherTx) => {
        await setText(otherTx, reverted.id, 'v2')
        await tx.note.count()
        throw new Error('other')
      })
      await expect(other).rejects.toThrow('other')
    })
    expect(await lookAt(reader, committed.id)).toEqual({ text: 'v2', status: 'miss' })
    expect(await lookAt(reader, reverted.id)).toEqual({ text: 'v1', status: 'hit' })
  })

  it('R43: a transaction on the client, begun inside another one, commits by itself', async () => {
    const { reader, writer } = readerAndWriter(makeStoreConfig())
    const [reverted, committed] = [await newNote(reader), await newNote(reader)]
    for (const { id } of [reverted, committed]) await textOf(reader.prisma, id)
    const outer = writer.prisma.$transaction(async (tx) => {
      await setText(tx, reverted.id, 'v2')
      await writer.prisma.$transaction((other) => setText(other, committed.id, 'v2'))
      expect(await lookAt(reader, committed.id)).toEqual({ text: 'v2', status: 'miss' })
      throw new Error('outer')
    })
    await expect(outer).rejects.toThrow('outer')
    expect(await lookAt(reader, reverted.id)).toEqual({ text: 'v1', status: 'hit' })
  })

  it('R43: counts a write that nobody awaited in the callback', async () => {
    const { reader, writer } = readerAndWriter(makeStoreConfig())
    const { id } = await newNote(reader)
    await textOf(reader.prisma, id)
    // The row is locked, so the write still runs when the callback ends; the COMMIT queues behind it.
    const lock = await lockRow(id)
    const done = writer.prisma.$transaction(async (tx) => {
      void setText(tx, id, 'v2').then()
      await lock.blocks()
    })
    await lock.blocks()
    expect(await lookAt(reader, id)).toEqual({ text: 'v1', status: 'hit' })
    await lock.release()
    await done
    expect(await textOf(reader.base, id)).toBe('v2')
    expect(await lookAt(reader, id)).toEqual({ text: 'v2', status: 'miss' })
  })
})

const kinds = ({ events }: CachedClient) => events.map(({ kind }) => kind).filter((kind) => kind === 'invalidated')
