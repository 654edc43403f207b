import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import type { Post } from '../../../prisma/generated/client.ts'
import { waitUntil } from '../../services/wait-until.ts'
import { type CachedClient, describeStores } from '../cached-client.ts'
import { countOf, readerAndWriter } from './notes.ts'
import { asked, type Client, isPosts, isProfiles, makeCrowd, makePage, type Read, statusOf } from './pages.ts'

type Crowd = Awaited<ReturnType<typeof makeCrowd>>

const refreshing = { defaults: { ttl: '100ms', staleWhileRevalidate: '1m' } } as const

/** Waits until a stale answer was given, the one that was loaded behind it has taken its place, and no other is under way. */
async function refreshed(client: CachedClient, read: Read): Promise<void> {
  await waitUntil(async () => (await statusOf(client, read)) === 'stale', { what: 'a stale page', pollMs: 5 })
  await waitUntil(async () => (await statusOf(client, read)) === 'hit', { what: 'a fresh page', pollMs: 5 })
}

describeStores('rows that are told by the result', (makeStoreConfig) => {
  const writes: Readonly<Record<string, (client: Client, post: Post) => PromiseLike<unknown>>> = {
    'is joined by another': (client, { authorId }) =>
      client.post.create({ data: { slug: randomUUID(), title: 'new', authorId } }),
    'is updated where its author is known': (client, { id, authorId }) =>
      client.post.updateMany({ where: { id, authorId }, data: { title: 'v2' } }),
    'is updated': (client, { id }) => client.post.update({ where: { id }, data: { title: 'v2' } }),
    'is deleted': (client, { slug }) => client.post.delete({ where: { slug } }),
    'is moved away': (client, { id }) =>
      client.post.update({ where: { id }, data: { author: { create: { email: randomUUID() } } } }),
    'is updated by raw SQL': (client, { id }) => client.$executeRaw`UPDATE posts SET title = 'v2' WHERE id = ${id}`,
    'is deleted with the row above': (client, { slug }) => client.user.delete({ where: { email: slug } }),
  }

  it.each(Object.keys(writes))('R1: one that %s while it is loaded is not served afterwards', async (name) => {
    const { reader, writer } = readerAndWriter(makeStoreConfig())
    const { first, read } = await makePage(reader)
    const before = await read(reader.base)
    const held = reader.adapter.holdNext(isPosts, { when: 'after' })
    const slow = Promise.resolve(read(reader.prisma))
    await held.reached
    await writes[name]!(writer.prisma, first)
    held.release()
    expect(await slow).toEqual(before)
    const after = await read(reader.base)
    expect(after).not.toEqual(before)
    expect(await read(reader.prisma)).toEqual(after)
    expect(await read(writer.prisma)).toEqual(after)
  })

  it('R1: one that appears between the rows above and the rows below is seen afterwards', async () => {
    const { reader, writer } = readerAndWriter(makeStoreConfig())
    const { first, read } = await makePage(reader)
    const held = reader.adapter.holdNext(isPosts)
    const slow = Promise.resolve(read(reader.prisma))
    await held.reached
    await writer.prisma.post.create({ data: { slug: randomUUID(), title: 'new', authorId: first.authorId } })
    held.release()
    await slow
    await writer.prisma.post.update({ where: { id: first.id }, data: { title: 'v2' } })
    expect(await read(reader.prisma)).toEqual(await read(reader.base))
    expect(await read(writer.prisma)).toEqual(await read(writer.base))
  })

  const crowdWrites: Readonly<
    Record<string, [typeof isPosts, (client: Client, crowd: Crowd, text: string) => PromiseLike<unknown>]>
  > = {
    'a post is created': [
      isPosts,
      (client, { post: { authorId } }, title) => client.post.create({ data: { slug: randomUUID(), title, authorId } }),
    ],
    'a post is updated where its author is known': [
      isPosts,
      (client, { post: { id, authorId } }, title) =>
        client.post.updateMany({ where: { id, authorId }, data: { title } }),
    ],
    'a profile is updated': [
      isProfiles,
      (client, { profile: { userId } }, bio) => client.profile.update({ where: { userId }, data: { bio } }),
    ],
  }

  it.each(Object.keys(crowdWrites))(
    'R1: on a page that shows rows of two kinds, few or many, it is seen that %s while they are loaded, and later',
    async (name) => {
      const { reader, writer } = readerAndWriter(makeStoreConfig())
      const [isLoad, write] = crowdWrites[name]!
      // Each row is told by its key; only the profiles are; none is.
      for (const count of [2, 70, 130]) {
        const crowd = await makeCrowd(reader, count)
        const before = await crowd.read(reader.base)
        const held = reader.adapter.holdNext(isLoad, { when: 'after' })
        const slow = Promise.resolve(crowd.read(reader.prisma))
        await held.reached
        await write(writer.prisma, crowd, 'v2')
        held.release()
        expect(await slow, `of ${count} users`).toEqual(before)
        const after = await crowd.read(reader.base)
        expect(after, `of ${count} users`).not.toEqual(before)
        expect(await crowd.read(reader.prisma), `of ${count} users`).toEqual(after)
        expect(await crowd.read(writer.prisma), `of ${count} users`).toEqual(after)
        expect(await statusOf(reader, crowd.read), `of ${count} users`).toBe('hit')
        await write(writer.prisma, crowd, 'v3')
        expect(await crowd.read(reader.prisma), `of ${count} users`).toEqual(await crowd.read(reader.base))
      }
    },
  )

  it('fills nothing while anything of its shape was touched, and is cached the next time', async () => {
    const { reader, writer } = readerAndWriter(makeStoreConfig())
    const { read } = await makePage(reader)
    const stranger = await makePage(reader)
    const fills = countOf(reader, 'filled')
    const held = reader.adapter.holdNext(isPosts, { when: 'after' })
    const slow = Promise.resolve(read(reader.prisma))
    await held.reached
    await writer.prisma.post.update({ where: { id: stranger.first.id }, data: { title: 'v2' } })
    held.release()
    await slow
    expect(await statusOf(reader, read)).toBe('miss')
    expect(await statusOf(reader, read)).toBe('hit')
    expect(countOf(reader, 'filled')).toBe(fills + 1)
  })

  it('is cached although columns were written meanwhile that it does not show', async () => {
    const { reader, writer } = readerAndWriter(makeStoreConfig())
    const { first, read } = await makePage(reader)
    const held = reader.adapter.holdNext(isPosts, { when: 'after' })
    const slow = Promise.resolve(read(reader.prisma))
    await held.reached
    await writer.prisma.post.update({ where: { id: first.id }, data: { views: { increment: 1 } } })
    held.release()
    await slow
    expect(await statusOf(reader, read)).toBe('hit')
  })

  it('R2: one whose update is not yet committed is not served after the commit', async () => {
    const { reader, writer } = readerAndWriter(makeStoreConfig())
    const { first, read } = await makePage(reader)
    const held = writer.adapter.holdNext((sql) => sql === 'COMMIT')
    const writing = writer.prisma.$transaction((tx) =>
      tx.post.update({ where: { id: first.id }, data: { title: 'v2' } }),
    )
    await held.reached
    await read(reader.prisma)
    expect(await statusOf(reader, read)).toBe('hit')
    held.release()
    await writing
    expect(await read(reader.prisma)).toEqual(await read(reader.base))
  })

  it('drops to all rows where the result tells too many, and is no less right', async () => {
    const { reader, writer } = readerAndWriter(makeStoreConfig())
    const name = randomUUID()
    await reader.base.user.createMany({ data: Array.from({ length: 130 }, () => ({ email: randomUUID(), name })) })
    const some = await reader.base.user.findFirstOrThrow({ where: { name } })
    const read: Read = (client) =>
      asked(client).user.findMany({
        where: { name },
        select: { posts: { select: { title: true } } },
        orderBy: { id: 'asc' },
      })
    expect(await statusOf(reader, read)).toBe('miss')
    expect(await statusOf(reader, read)).toBe('hit')
    const stranger = await makePage(reader)
    await writer.prisma.post.update({ where: { id: stranger.first.id }, data: { views: 1 } })
    expect(await statusOf(reader, read)).toBe('hit')
    await writer.prisma.post.create({ data: { slug: randomUUID(), title: 'new', authorId: some.id } })
    expect(await read(reader.prisma)).toEqual(await read(reader.base))
    expect(await statusOf(reader, read)).toBe('hit')
    await writer.prisma.post.update({ where: { id: stranger.first.id }, data: { title: 'v2' } })
    expect(await statusOf(reader, read)).toBe('miss')
  })

  it('R35: a page that was loaded again behind a stale one follows every row that it now shows', async () => {
    const { reader, writer } = readerAndWriter(makeStoreConfig(), refreshing)
    const crowd = await makeCrowd(reader, 2)
    const stale = await crowd.read(reader.prisma)
    // Behind the back of the cache, so that only the refresh can find it.
    const { id: authorId } = await crowd.addUser()
    const late = await reader.base.post.create({ data: { slug: randomUUID(), title: 'late', authorId } })
    const writes = [
      () => writer.prisma.post.update({ where: { id: late.id }, data: { title: 'v2' } }),
      () => writer.prisma.post.create({ data: { slug: randomUUID(), title: 'later', authorId } }),
      () => writer.prisma.profile.create({ data: { bio: 'v1', userId: authorId } }),
      () => writer.prisma.profile.update({ where: { id: crowd.profile.id }, data: { bio: 'v2' } }),
    ]
    await refreshed(reader, crowd.read)
    expect(await crowd.read(reader.base)).not.toEqual(stale)
    for (const write of writes) {
      await write()
      expect(await crowd.read(reader.prisma)).toEqual(await crowd.read(reader.base))
      expect(await crowd.read(writer.prisma)).toEqual(await crowd.read(writer.base))
      await refreshed(reader, crowd.read)
    }
  })

  it('R35: one that is written while it is loaded again behind a stale page is seen afterwards', async () => {
    const { reader, writer } = readerAndWriter(makeStoreConfig(), refreshing)
    const { first, read } = await makePage(reader)
    await read(reader.prisma)
    const held = reader.adapter.holdNext(isPosts, { when: 'after' })
    await waitUntil(async () => (await statusOf(reader, read)) === 'stale', { what: 'a stale page', pollMs: 5 })
    await held.reached
    await writer.prisma.post.update({ where: { id: first.id }, data: { title: 'v2' } })
    const loads = countOf(reader, 'loaded')
    held.release()
    await waitUntil(() => countOf(reader, 'loaded') > loads, { what: 'the refresh' })
    const after = await read(reader.base)
    expect(await read(reader.prisma)).toEqual(after)
    expect(await read(writer.prisma)).toEqual(after)
    await refreshed(reader, read)
    expect(await read(reader.prisma)).toEqual(after)
  })
})
