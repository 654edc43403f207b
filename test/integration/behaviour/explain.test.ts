import { beforeAll, describe, expect, inject, it } from 'vitest'
import type { PrismaClient } from '../../../prisma/generated/client.ts'
import type { Explanation, ReadExplanation, WriteExplanation } from '../../../src/index.ts'
import { freshDatabase } from '../../services/fresh.ts'
import { type CachedClient, cachedClient } from '../cached-client.ts'

let databaseUrl: string
let client: CachedClient
beforeAll(async () => {
  databaseUrl = await freshDatabase()
  client = cachedClient({ databaseUrl, redis: inject('redisUrl'), config: { models: { Post: {}, User: {}, Tag: {} } } })
})

type Call = (prisma: PrismaClient) => PromiseLike<unknown>

/** Explains, and makes sure that nothing is sent to the database meanwhile. */
async function explain(call: Call, prisma = client.prisma): Promise<Explanation> {
  client.adapter.clear()
  const explanation = await prisma.$cache.explain(() => call(prisma as unknown as PrismaClient))
  expect(client.adapter.statements).toEqual([])
  return explanation
}
const read = async (call: Call) => (await explain(call)) as ReadExplanation
const write = async (call: Call) => (await explain(call)) as WriteExplanation

const byModel = <T extends { readonly model: string }>(found: readonly T[]) =>
  [...found].sort((one, other) => (one.model < other.model ? -1 : 1))

describe('a read is explained', () => {
  it('by the rows and columns that it depends on, and where they come from', async () => {
    const found = await read((prisma) =>
      prisma.post.findMany({
        where: { authorId: 1, title: { contains: 'x' } },
        select: { title: true, comments: { select: { text: true } }, tags: { where: { name: 'red' } } },
        orderBy: { views: 'desc' },
      }),
    )
    expect({ ...found, dependsOn: byModel(found.dependsOn) }).toEqual({
      kind: 'read',
      model: 'Post',
      operation: 'findMany',
      bypass: null,
      dependsOn: byModel([
        {
          model: 'Post',
          by: ['author_id'],
          values: [{ author_id: '1' }],
          isLate: false,
          columns: ['id', 'title', 'views'],
          because: [''],
        },
        {
          model: 'Comment',
          by: ['postId'],
          values: [],
          isLate: true,
          columns: ['id', 'text'],
          because: ['select.comments'],
        },
        { model: '_PostToTag', by: ['A'], values: [], isLate: true, columns: 'all', because: ['select.tags'] },
        {
          model: 'Tag',
          by: ['name'],
          values: [{ name: 'red' }],
          isLate: false,
          columns: 'all',
          because: ['select.tags'],
        },
      ]),
      coarse: ['where.title: pins no value'],
    })
  })

  it('by what makes it coarse', async () => {
    const many = Array.from({ length: 129 }, (_, i) => i)
    expect((await read((prisma) => prisma.post.findMany({ where: { id: { in: many } } }))).coarse).toEqual([
      'where.id: has more than 128 values',
    ])
    const email = { equals: 'x', mode: 'insensitive' } as const
    expect(
      (await read((prisma) => prisma.user.findMany({ where: { posts: { some: { author: { email } } } } }))).coarse,
    ).toEqual(['where.posts.author.email: pins no value'])
    const fluent = await read((prisma) =>
      prisma.user
        .findUnique({ where: { id: 1 } })
        .manager()
        .reports(),
    )
    expect(fluent.coarse).toContain('select.manager: its keys are not in the result')
    const unknown = await read((prisma) =>
      prisma.post.findMany({ where: { someday: 1 } as never, include: { author: true } }),
    )
    expect(unknown.coarse).toEqual(['the where of Post has someday, which is not known'])
    expect(unknown.dependsOn.map(({ model, by, columns }) => [model, by, columns])).toEqual([
      ['Post', [], 'all'],
      ['User', [], 'all'],
    ])
  })

  it('by why it is not cached', async () => {
    const reasons = await Promise.all(
      [
        (prisma: PrismaClient) => prisma.team.findMany(),
        (prisma: PrismaClient) => prisma.post.findMany({ cacheStrategy: false } as never),
      ].map(async (call) => (await read(call)).bypass),
    )
    expect(reasons).toEqual(['model Team is not listed, and the query has no cacheStrategy', 'cacheStrategy is false'])
    const strategy = { cacheStrategy: { ttl: 5 } } as never
    expect((await read((prisma) => prisma.team.findMany(strategy))).bypass).toBeNull()
  })
})

describe('a write is explained', () => {
  beforeAll(async () => {
    const { prisma } = client
    await prisma.post.findMany({ where: { authorId: 1 }, select: { title: true } })
    await prisma.post.findMany({ select: { views: true } })
    await prisma.post.findUnique({ where: { id: 1 }, select: { views: true } })
    await prisma.tag.findMany()
  })

  it('by what it does, and which of the cached queries it reaches', async () => {
    const found = await write((prisma) =>
      prisma.post.update({ where: { id: 1 }, data: { views: 1 }, select: { id: true } }),
    )
    expect(found).toMatchObject({ kind: 'write', model: 'Post', operation: 'update', coarse: [] })
    expect(found.events).toEqual([
      {
        model: 'Post',
        kind: 'update',
        changed: ['views'],
        before: {
          id: '1',
          slug: '(returned)',
          published: '(returned)',
          created_at: '(returned)',
          author_id: '(returned)',
        },
        after: expect.objectContaining({ id: '1', views: '1' }),
        cause: null,
      },
    ])
    const byColumns = [...found.touches].sort((one, other) => (one.by?.length ?? 0) - (other.by?.length ?? 0))
    expect(byColumns).toEqual([
      { model: 'Post', by: [], columns: ['id', 'views'], values: {} },
      { model: 'Post', by: ['id'], columns: ['views'], values: { id: '1' } },
    ])
  })

  it('by what makes it coarse', async () => {
    const moved = await write((prisma) => prisma.post.update({ where: { id: 1 }, data: { authorId: 2 } }))
    expect(moved.coarse).toEqual(['Post by author_id: author_id before is not known'])
    const nested = await write((prisma) =>
      prisma.user.update({ where: { id: 1 }, data: { posts: { update: { where: { id: 1 }, data: { title: 'x' } } } } }),
    )
    expect(nested.coarse).toEqual(['Post by author_id: author_id is not known'])
    const gone = await write((prisma) => prisma.user.delete({ where: { id: 1 } }))
    expect(gone.coarse).toEqual(['Post by id: id is not known (cascade of User)'])
    expect(gone.events.map(({ model, cause }) => [model, cause])).toContainEqual(['_PostToTag', 'cascade of Post'])
  })

  it('also if it is raw SQL', async () => {
    const update = await write((prisma) => prisma.$executeRaw`UPDATE "Tag" SET name = ${'x'}`)
    expect(update).toMatchObject({ kind: 'write', model: null, coarse: ['Tag: raw SQL writes its table'] })
    expect(update.touches).toContainEqual({ model: 'Tag', by: null, columns: 'all', values: {} })
    expect(await write((prisma) => prisma.$queryRaw`SELECT 1`)).toMatchObject({ events: [], touches: [] })
    const anything = await write((prisma) => prisma.$executeRawUnsafe('CALL tidy()'))
    expect(anything.coarse[0]).toMatch(/^Country: raw SQL that is not understood: /)
  })

  it('through extensions that change it before', async () => {
    const tenant = client.prisma.$extends({
      query: { post: { updateMany: ({ args, query }) => query({ ...args, where: { ...args.where, authorId: 7 } }) } },
    })
    const found = (await explain(
      (prisma) => prisma.post.updateMany({ data: { title: 'x' } }),
      tenant as unknown as typeof client.prisma,
    )) as WriteExplanation
    expect(found.touches).toContainEqual({
      model: 'Post',
      by: ['author_id'],
      columns: ['id', 'title'],
      values: { author_id: '7' },
    })
  })
})

describe('explain', () => {
  it('refuses transactions, and a function that asks for nothing', async () => {
    const refused = { name: 'CacheError', code: 'EXPLAIN.UNSUPPORTED' }
    const { prisma } = client
    await expect(prisma.$cache.explain(async () => 5)).rejects.toMatchObject(refused)
    await expect(prisma.$cache.explain(() => prisma.$transaction([prisma.post.count()]))).rejects.toMatchObject(refused)
    await expect(prisma.$cache.explain(() => prisma.$transaction(async (tx) => tx.post.count()))).rejects.toMatchObject(
      refused,
    )
    client.adapter.clear()
  })

  it('passes on errors that are not its own', async () => {
    await expect(client.prisma.$cache.explain(() => Promise.reject(new Error('mine')))).rejects.toThrow('mine')
  })

  it('leaves calls outside of it alone', async () => {
    const { prisma } = client
    const [explanation, count] = await Promise.all([
      prisma.$cache.explain(() => prisma.tag.deleteMany()),
      prisma.tag.count(),
    ])
    expect(explanation).toMatchObject({ kind: 'write', operation: 'deleteMany' })
    expect(count).toBe(0)
  })
})
