import { describe, expect, it } from 'vitest'
import type { PrismaClient } from '../../../prisma/generated/client.ts'
import { expectSeen, type Read, storeKinds, useBench, type Write } from './bench.ts'

const columns = ['slug', 'title', 'body', 'published', 'views'] as const
type Column = (typeof columns)[number]

const newPost = (i: number) => ({
  slug: `n${i}`,
  title: `t${i}`,
  body: `b${i}`,
  published: i % 2 === 1,
  views: 1000 + i,
})
const newPosts = (count: number, from = 0) => Array.from({ length: count }, (_, i) => newPost(from + i))
const last = newPost(4999)

const posts =
  (where: object, shown: readonly Column[]): Read =>
  (client) => {
    const select = Object.fromEntries(shown.map((column) => [column, true])) as { slug: true }
    return client.post.findMany({ where, select, orderBy: { id: 'desc' }, take: 3 })
  }

/** Some 50 kinds of queries, each with an answer in which the last of 5,000 new rows is seen. */
const reads: Readonly<Record<string, Read>> = {
  ...Object.fromEntries(
    columns.flatMap((one, i) =>
      columns.slice(i).map((other) => [`the latest, with ${one} and ${other}`, posts({}, [one, other])]),
    ),
  ),
  ...Object.fromEntries(
    columns.flatMap((pinned) =>
      columns.map((shown) => [
        `those of one ${pinned}, with ${shown}`,
        posts({ [pinned]: last[pinned] }, [shown, 'slug']),
      ]),
    ),
  ),
  'by two columns': posts({ title: last.title, views: last.views }, ['slug']),
  'by its key': (client) => client.post.findUnique({ where: { slug: last.slug }, select: { title: true } }),
  'how many': (client) => client.post.count(),
  'how many of one title': (client) => client.post.count({ where: { title: last.title } }),
  'all views': (client) => client.post.aggregate({ _sum: { views: true } }),
  'those with many views': (client) => client.post.count({ where: { views: { gt: 5998 } } }),
  'who has written one': (client) =>
    client.user.findMany({ where: { posts: { some: { slug: last.slug } } }, select: { id: true } }),
  'the writers and how much they wrote': (client) =>
    client.user.findMany({ orderBy: { id: 'asc' }, select: { id: true, _count: { select: { posts: true } } } }),
}

const writes: Readonly<Record<string, Write>> = {
  'a user with 5,000 posts': (client) =>
    client.user.create({ data: { email: 'new@x', posts: { createMany: { data: newPosts(5000) } } } }),
  '5,000 posts that are returned': (client) =>
    client.post.createManyAndReturn({ data: newPosts(5000).map((post) => ({ ...post, authorId: 1 })) }),
  'a transaction of 50 times 100 posts': (client) =>
    client.$transaction(async (tx) => {
      for (let i = 0; i < 50; i += 1) {
        await tx.post.createMany({ data: newPosts(100, 100 * i).map((post) => ({ ...post, authorId: 1 })) })
      }
    }),
}

describe.each(storeKinds)('a write of thousands of rows (%s)', (kind) => {
  const bench = useBench(kind)

  /** The way to the cache stays open: nothing was too much for one step. */
  const expectNoHarm = () => {
    const harms = ['invalidation-owed', 'store-unavailable', 'weakened-write']
    expect(bench.first.events.filter((event) => harms.includes(event.kind))).toEqual([])
  }

  it.each(Object.entries(writes))('R25: shows %s to everybody, in queries of every kind', async (_, write) => {
    bench.first.events.length = 0
    await expectSeen(bench, { write, reads })
    expectNoHarm()
  })

  it('R25: shows hundreds of updates and deletes of single rows, in queries of every kind', async () => {
    bench.first.events.length = 0
    await bench.plain.post.createMany({ data: newPosts(300).map((post) => ({ ...post, authorId: 1 })) })
    const ids = (await bench.plain.post.findMany({ where: { slug: { startsWith: 'n' } }, orderBy: { id: 'asc' } })).map(
      ({ id }) => id,
    )
    const [first, ...others] = ids
    const row = (id: number | undefined) => (client: PrismaClient) =>
      client.post.findUnique({ where: { id: id! }, select: { title: true } })
    const byTitle = (title: string): Read => posts({ title }, ['slug'])
    const ofEach = {
      'the first': row(first),
      'the last': row(ids.at(-1)),
      'the old title of one': byTitle('t299'),
      'the latest': posts({}, ['title']),
    }
    await expectSeen(bench, {
      write: (client) =>
        client.$transaction(ids.map((id) => client.post.update({ where: { id }, data: { title: `new ${id}` } }))),
      reads: { ...ofEach, 'the new title of one': byTitle(`new ${ids.at(-1)}`) },
    })
    await expectSeen(bench, {
      write: (client) => client.$transaction(others.map((id) => client.post.delete({ where: { id } }))),
      reads: {
        'the last': row(ids.at(-1)),
        'one by its title': byTitle(`new ${ids.at(-1)}`),
        'how many': reads['how many']!,
      },
    })
    expectNoHarm()
  })
})
