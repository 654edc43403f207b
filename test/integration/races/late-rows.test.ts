import { randomUUID } from 'node:crypto'
import { expect, inject, it } from 'vitest'
import type { Prisma, PrismaClient } from '../../../prisma/generated/client.ts'
import { type CachedClient, cachedClient, describeStores, type StoreConfig } from '../cached-client.ts'
import { countOf } from './notes.ts'

type Client = CachedClient['prisma']
type Base = CachedClient['base']
/** Both are asked alike; their types are not. */
const asked = (client: Client | Base) => client as unknown as PrismaClient

/** Two users with a post each, of whom a page shows both: which posts it depends on, only its rows tell. */
async function makePage({ base }: CachedClient) {
  const users = await Promise.all(
    [randomUUID(), randomUUID()].map((email) =>
      base.user.create({
        data: { email, name: 'page', posts: { create: { slug: email, title: 'v1' } } },
        include: { posts: true },
      }),
    ),
  )
  const emails = users.map((user) => user.email)
  const [first, second] = users.map((user) => user.posts[0]!)
  const read = (client: Client | Base) =>
    asked(client).user.findMany({
      where: { email: { in: emails } },
      orderBy: { id: 'asc' },
      select: { name: true, posts: { select: { title: true } } },
    })
  return { first: first!, second: second!, read }
}

function readerAndWriter(store: StoreConfig) {
  const open = () => cachedClient({ databaseUrl: inject('databaseUrl'), ...store })
  const reader = open()
  return { reader, writer: store.redis === undefined ? reader : open() }
}

const isPosts = (sql: string) => sql.startsWith('SELECT') && sql.includes('FROM "public"."posts"')
const statusOf = async ({ prisma }: CachedClient, read: (client: Client) => PromiseLike<unknown>) =>
  (await prisma.$cache.withInfo(() => read(prisma))).info.status

describeStores('rows that are told by the result', (makeStoreConfig) => {
  const writes: Readonly<Record<string, (client: Client, post: { id: number; slug: string }) => PromiseLike<unknown>>> =
    {
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
    expect(countOf(reader, 'filled')).toBe(fills)
    expect(await statusOf(reader, read)).toBe('miss')
    expect(await statusOf(reader, read)).toBe('hit')
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
    const read = (client: Client | Base) =>
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
})

describeStores('kinds of queries', (makeStoreConfig) => {
  it('past the limit are told apart less, and are no less right', async () => {
    const { reader, writer } = readerAndWriter(makeStoreConfig())
    const row = await reader.base.sample.create({ data: sampleRow })
    const columns = Object.keys(sampleRow)
    const pairs = columns.flatMap((one, i) => columns.slice(i + 1).map((other) => [one, other]))
    const reads = pairs.slice(0, 110).map((names) => (client: Client | Base) => {
      const select = Object.fromEntries(names.map((name) => [name, true])) as { int: true }
      return asked(client).sample.findUnique({ where: { id: row.id }, select })
    })
    for (const read of reads) {
      await read(reader.prisma)
      // The first read beyond the limit learns of it, the second is cached.
      await read(reader.prisma)
      expect(await statusOf(reader, read)).toBe('hit')
    }
    await writer.prisma.sample.update({ where: { id: row.id }, data: { int: 2, string: 'new', boolean: false } })
    for (const read of reads) expect(await read(reader.prisma)).toEqual(await read(reader.base))
    for (const read of reads) expect(await read(writer.prisma)).toEqual(await read(reader.base))
  })
})

const sampleRow: Prisma.SampleCreateInput = {
  ...{
    int: 1,
    bigInt: 1n,
    float: 1,
    decimal: '1',
    boolean: true,
    string: 'x',
    dateTime: new Date(0),
    date: new Date(0),
  },
  ...{
    bytes: new Uint8Array([1]),
    json: {},
    colour: 'RED',
    intMaybe: 1,
    bigIntMaybe: 1n,
    floatMaybe: 1,
    stringMaybe: 'x',
  },
} as const
