import { describe, it } from 'vitest'
import { expectSeen, type Read, storeKinds, useBench, type Write } from './bench.ts'

const users: Readonly<Record<string, Read>> = {
  include: (client) => client.user.findMany({ orderBy: { id: 'asc' }, include: { posts: { orderBy: { id: 'asc' } } } }),
  'include in a lookup': (client) =>
    client.user.findUnique({ where: { id: 1 }, include: { posts: { orderBy: { id: 'asc' } } } }),
  'a nested select': (client) =>
    client.tag.findMany({
      orderBy: { id: 'asc' },
      select: { posts: { select: { title: true }, orderBy: { id: 'asc' } } },
    }),
  'three levels': (client) =>
    client.team.findMany({
      include: {
        memberships: {
          orderBy: { userId: 'asc' },
          include: { user: { include: { posts: { orderBy: { id: 'asc' } } } } },
        },
      },
    }),
}

const published: Readonly<Record<string, Read>> = {
  some: (client) =>
    client.user.findMany({
      where: { posts: { some: { published: true } } },
      select: { id: true },
      orderBy: { id: 'asc' },
    }),
  every: (client) =>
    client.user.findMany({
      where: { posts: { every: { published: true } } },
      select: { id: true },
      orderBy: { id: 'asc' },
    }),
  none: (client) =>
    client.user.findMany({
      where: { posts: { none: { published: true } } },
      select: { id: true },
      orderBy: { id: 'asc' },
    }),
  'some of some': (client) =>
    client.team.findMany({
      where: { memberships: { some: { user: { posts: { none: { published: true } } } } } },
      orderBy: { id: 'asc' },
    }),
  is: (client) => client.comment.findMany({ where: { post: { is: { published: true } } }, orderBy: { id: 'asc' } }),
  isNot: (client) =>
    client.comment.findMany({ where: { post: { isNot: { published: true } } }, orderBy: { id: 'asc' } }),
  'inside AND, OR and NOT': (client) =>
    client.user.findMany({
      where: { OR: [{ AND: { NOT: { posts: { some: { published: true } } } } }] },
      select: { id: true },
      orderBy: { id: 'asc' },
    }),
  'a count of the related': (client) =>
    client.user.findMany({
      orderBy: { id: 'asc' },
      select: { _count: { select: { posts: { where: { published: true } } } } },
    }),
  'a filter in a lookup': (client) =>
    client.user.findUnique({ where: { id: 1, posts: { some: { published: true } } }, select: { id: true } }),
  'a count by a relation': (client) => client.tag.count({ where: { posts: { some: { published: true } } } }),
}

type Case = readonly [what: string, write: Write, reads: Readonly<Record<string, Read>>]

const cases: readonly Case[] = [
  ['include and select', (client) => client.post.update({ where: { id: 1 }, data: { title: 'Changed' } }), users],
  [
    'relation filters',
    (client) => client.post.updateMany({ where: { published: true }, data: { published: false } }),
    published,
  ],
  [
    'order by a related column',
    (client) => client.user.update({ where: { id: 4 }, data: { name: 'Aaron' } }),
    {
      list: (client) =>
        client.post.findMany({ orderBy: [{ author: { name: 'asc' } }, { id: 'asc' }], select: { id: true } }),
      first: (client) =>
        client.post.findFirst({ orderBy: [{ author: { name: 'asc' } }, { id: 'asc' }], select: { id: true } }),
    },
  ],
  [
    'order by a count of the related',
    (client) => client.post.createMany({ data: ['a', 'b', 'c'].map((slug) => ({ slug, title: slug, authorId: 4 })) }),
    {
      list: (client) =>
        client.user.findMany({ orderBy: [{ posts: { _count: 'desc' } }, { id: 'asc' }], select: { id: true } }),
    },
  ],
  [
    'counts of the related',
    (client) => client.post.delete({ where: { id: 2 } }),
    {
      all: (client) => client.user.findMany({ orderBy: { id: 'asc' }, include: { _count: true } }),
      one: (client) => client.user.findUnique({ where: { id: 1 }, select: { _count: { select: { posts: true } } } }),
      true: (client) => client.user.findUnique({ where: { id: 1 }, select: { _count: true } }),
    },
  ],
  [
    'a relation of a model to itself',
    (client) => client.user.update({ where: { id: 2 }, data: { managerId: 3 } }),
    {
      'the row': (client) => client.user.findUnique({ where: { id: 2 }, include: { manager: true } }),
      'who managed it': (client) => client.user.findUnique({ where: { id: 1 }, include: { reports: true } }),
      'who manages it now': (client) => client.user.findUnique({ where: { id: 3 } }).reports({ select: { id: true } }),
      'two levels up': (client) =>
        client.user.findUnique({
          where: { id: 4 },
          select: { manager: { select: { manager: { select: { name: true } } } } },
        }),
      filtered: (client) => client.user.findMany({ where: { manager: { name: 'Ada' } }, select: { id: true } }),
    },
  ],
  [
    'a row that moves to another parent',
    (client) => client.comment.update({ where: { id: 1 }, data: { postId: 3 } }),
    {
      'the old parent': (client) =>
        client.post.findUnique({ where: { id: 1 } }).comments({ orderBy: { id: 'asc' }, select: { id: true } }),
      'the new parent': (client) =>
        client.post.findUnique({ where: { id: 3 } }).comments({ orderBy: { id: 'asc' }, select: { id: true } }),
      grouped: (client) => client.comment.groupBy({ by: ['postId'], _count: true, orderBy: { postId: 'asc' } }),
      'having a number': (client) =>
        client.comment.groupBy({ by: ['postId'], having: { id: { _count: { gt: 1 } } }, orderBy: { postId: 'asc' } }),
    },
  ],
  [
    'R42: pages, counts and sums, after a create at the front',
    (client) =>
      client.city.create({
        data: { id: 0, name: 'Aachen', countryCode: 'FR', population: 0, latitude: 0, longitude: 0 },
      }),
    {
      'the first page': (client) => client.city.findMany({ orderBy: { name: 'asc' }, take: 2 }),
      'the second page': (client) => client.city.findMany({ orderBy: { name: 'asc' }, skip: 2, take: 2 }),
      'the last page': (client) => client.city.findMany({ orderBy: { name: 'asc' }, take: -10 }),
      'before a cursor': (client) =>
        client.city.findMany({ orderBy: { id: 'asc' }, cursor: { id: 2 }, take: -2, skip: 1, select: { id: true } }),
      'the first': (client) => client.city.findFirst({ orderBy: { population: 'asc' } }),
      'how many': (client) => client.city.count(),
      'how many up to a number': (client) => client.city.count({ take: 6 }),
      'how many of a column': (client) => client.city.count({ select: { name: true } }),
      average: (client) => client.city.aggregate({ _avg: { population: true }, _min: { name: true } }),
      groups: (client) =>
        client.city.groupBy({
          by: ['countryCode'],
          _min: { population: true },
          having: { population: { _min: { lt: 10_000 } } },
          orderBy: { countryCode: 'asc' },
        }),
      distinct: (client) =>
        client.city.findMany({ distinct: ['countryCode'], orderBy: { name: 'asc' }, select: { name: true } }),
    },
  ],
  [
    'R42: the page after a cursor that moved',
    (client) => client.city.update({ where: { id: 2 }, data: { population: 1 } }),
    {
      page: (client) =>
        client.city.findMany({ orderBy: { population: 'asc' }, cursor: { id: 2 }, take: 2, select: { id: true } }),
      'pages of related rows': (client) =>
        client.country.findUnique({ where: { code: 'FR' } }).cities({ orderBy: { population: 'asc' }, take: 1 }),
      sum: (client) => client.city.aggregate({ _sum: { population: true }, where: { countryCode: 'FR' } }),
    },
  ],
  [
    'R42: an aggregate over a column that is not among those changed',
    (client) => client.city.update({ where: { id: 2 }, data: { countryCode: 'PE' } }),
    {
      sum: (client) => client.city.aggregate({ where: { countryCode: 'PE' }, _sum: { views: true, population: true } }),
      'the largest': (client) =>
        client.city.findFirst({
          where: { countryCode: 'FR' },
          orderBy: { population: 'asc' },
          skip: 1,
          select: { name: true },
        }),
    },
  ],
  [
    'rows of a column that is compared with another',
    (client) => client.city.update({ where: { id: 3 }, data: { views: 1000 } }),
    { list: (client) => client.city.findMany({ where: { views: { gt: client.city.fields.population } } }) },
  ],
]

describe.each(storeKinds)('relations and lists (%s)', (kind) => {
  const bench = useBench(kind)
  it.each(cases)('R27: knows %s', (_, write, reads) => expectSeen(bench, { write, reads }))
})

describe.each(storeKinds)('models that are not listed (%s)', (kind) => {
  const bench = useBench(kind, { models: { User: {}, Tag: {} } })

  it('R27: are watched, for what is cached through them', async () => {
    const { 'include in a lookup': include, 'a nested select': nested } = users
    const { some, 'a count by a relation': counted } = published
    await expectSeen(bench, {
      write: (client) => client.post.update({ where: { id: 1 }, data: { title: 'Changed', published: false } }),
      reads: { include: include!, nested: nested! },
    })
    await expectSeen(bench, {
      write: (client) => client.post.deleteMany({ where: { authorId: { in: [2, 4] } } }),
      reads: { some: some!, counted: counted! },
    })
    await expectSeen(bench, {
      write: (client) => client.$executeRaw`DELETE FROM "posts"`,
      reads: { include: include!, nested: nested! },
    })
  })
})
