import { describe, expect, it } from 'vitest'
import { type Read, statusOf, storeKinds, useBench, type Write } from './bench.ts'
import { expectSame } from './same.ts'

const titles = { title: true }

/** Reads that a write leaves in the cache, because it cannot change their answers; and reads that it must not leave there. */
interface Case {
  readonly write: Write
  readonly stay: Readonly<Record<string, Read>>
  readonly go: Readonly<Record<string, Read>>
}

const cases: Readonly<Record<string, Case>> = {
  'a counter goes up': {
    write: (client) => client.post.update({ where: { id: 1 }, data: { views: { increment: 100 } } }),
    stay: {
      'a list that does not show it': (client) => client.post.findMany({ select: titles, orderBy: { id: 'asc' } }),
      'a row that does not show it': (client) => client.post.findUnique({ where: { id: 1 }, select: titles }),
      'rows that leave it out': (client) => client.post.findMany({ where: { authorId: 1 }, omit: { views: true } }),
      'the row below another': (client) =>
        client.comment.findUnique({ where: { id: 1 }, select: { post: { select: titles } } }),
      'the rows below another': (client) =>
        client.user.findUnique({ where: { id: 1 }, include: { posts: { select: titles } } }),
      'how many there are': (client) => client.post.count({ where: { published: true } }),
      'how many there are of another': (client) =>
        client.user.findMany({ select: { _count: { select: { posts: true } } } }),
      'a sum over others': (client) => client.post.aggregate({ where: { authorId: 2 }, _sum: { views: true } }),
      'another row': (client) => client.post.findUnique({ where: { id: 2 } }),
    },
    go: {
      'a list that shows it': (client) => client.post.findMany({ select: { views: true }, orderBy: { id: 'asc' } }),
      'a list that sorts by it': (client) => client.post.findMany({ select: titles, orderBy: { views: 'desc' } }),
      'a list that filters by it': (client) => client.post.findMany({ select: titles, where: { views: { gt: 10 } } }),
      'the row itself': (client) => client.post.findUnique({ where: { slug: 'one' } }),
      'all of the row below another': (client) =>
        client.comment.findUnique({ where: { id: 1 }, include: { post: true } }),
      'a sum over it': (client) =>
        client.post.groupBy({ by: ['authorId'], _sum: { views: true }, orderBy: { authorId: 'asc' } }),
    },
  },

  'a row of one list changes': {
    write: (client) => client.post.update({ where: { slug: 'one' }, data: { title: 'New' }, select: { slug: true } }),
    stay: {
      'the list of another': (client) => client.post.findMany({ where: { authorId: 2 } }),
      'the rows below another': (client) => client.user.findUnique({ where: { id: 2 }, include: { posts: true } }),
      'the rows below several others': (client) =>
        client.user.findMany({ where: { id: { in: [2, 4] } }, select: { posts: true } }),
      'a list told through a relation': (client) => client.post.findMany({ where: { author: { is: { id: 2 } } } }),
      'one of several alternatives': (client) => client.post.findMany({ where: { OR: [{ authorId: 2 }, { id: 4 }] } }),
      'the row above': (client) => client.user.findUnique({ where: { id: 1 } }),
      'who wrote something called otherwise': (client) =>
        client.user.findMany({ where: { posts: { some: { published: true } } } }),
    },
    go: {
      'its list': (client) => client.post.findMany({ where: { authorId: 1 } }),
      'its place below another': (client) =>
        client.user.findUnique({ where: { email: 'ada@x' }, select: { posts: { select: titles } } }),
      'its place in a page of users': (client) =>
        client.user.findMany({ take: 2, orderBy: { id: 'asc' }, select: { posts: true } }),
      'who wrote something called so': (client) =>
        client.user.findMany({ where: { posts: { some: { title: 'One' } } } }),
      'its alternative among several': (client) =>
        client.post.findMany({ where: { OR: [{ authorId: 2 }, { id: 1 }] } }),
    },
  },

  'R28: a row changes a flag that lists filter by': {
    write: (client) => client.post.update({ where: { id: 1 }, data: { published: false } }),
    stay: {
      'the same list of another': (client) => client.post.findMany({ where: { authorId: 2, published: true } }),
      'a list by id': (client) => client.post.findMany({ where: { id: { in: [2, 3] }, published: true } }),
    },
    go: {
      'the list that it leaves': (client) => client.post.findMany({ where: { authorId: 1, published: true } }),
      'the list that it enters': (client) => client.post.findMany({ where: { authorId: 1, published: false } }),
      'everybody with the flag': (client) => client.post.count({ where: { published: true } }),
    },
  },

  'a row is created': {
    write: (client) =>
      client.post.create({ data: { slug: 'five', title: 'Five', authorId: 4 }, select: { title: true } }),
    stay: {
      'the lists of others': (client) => client.post.findMany({ where: { authorId: { in: [1, 2] } } }),
      'lists with another flag': (client) => client.post.findMany({ where: { authorId: 4, published: true } }),
      'other rows': (client) => client.post.findUnique({ where: { slug: 'one' } }),
      'a row that is not there either': (client) => client.post.findUnique({ where: { slug: 'six' } }),
      'the row above': (client) => client.user.findUnique({ where: { id: 4 } }),
    },
    go: {
      'its list': (client) => client.post.findMany({ where: { authorId: 4 } }),
      'its list with its flag, a default': (client) =>
        client.post.findMany({ where: { authorId: 4, published: false } }),
      'the place where it was missing': (client) => client.post.findUnique({ where: { slug: 'five' } }),
      'the number below the row above': (client) =>
        client.user.findUnique({ where: { id: 4 }, select: { _count: true } }),
      'the list of all': (client) => client.post.count(),
    },
  },

  'a row is created below another': {
    write: (client) =>
      client.user.update({ where: { email: 'dan@x' }, data: { posts: { create: { slug: 'five', title: 'Five' } } } }),
    stay: {
      'the lists of others': (client) => client.post.findMany({ where: { authorId: 1 } }),
      'the row above, which is not written': (client) => client.user.findUnique({ where: { id: 4 } }),
    },
    go: {
      'its list': (client) => client.post.findMany({ where: { authorId: 4 } }),
      'its place below the row above': (client) =>
        client.user.findUnique({ where: { id: 4 }, include: { posts: true } }),
    },
  },

  'R28: rows without a parent gain one': {
    write: (client) => client.comment.updateMany({ where: { authorId: null }, data: { authorId: 4 } }),
    stay: {
      'lists of others': (client) => client.comment.findMany({ where: { authorId: 2 } }),
      'what does not show the parent': (client) =>
        client.comment.findMany({ where: { postId: 1 }, select: { text: true } }),
    },
    go: {
      'those without': (client) => client.comment.findMany({ where: { authorId: null } }),
      'those with': (client) => client.comment.findMany({ where: { author: { is: { id: 4 } } } }),
      'who has none': (client) => client.user.findMany({ where: { comments: { none: {} } } }),
    },
  },

  'a parent is deleted, and its children with it': {
    write: (client) => client.org.delete({ where: { id: 2 } }),
    stay: {
      'children of another': (client) => client.document.findMany({ where: { orgId: 1 } }),
      'a child of another by its compound key': (client) =>
        client.document.findUnique({ where: { orgId_slug: { orgId: 1, slug: 'a' } } }),
    },
    go: {
      'its children': (client) => client.document.findMany({ where: { orgId: 2 } }),
      'a child by its compound key': (client) =>
        client.document.findUnique({ where: { orgId_slug: { orgId: 2, slug: 'a' } } }),
      'children of children': (client) => client.paragraph.findMany({ where: { sectionId: 3 } }),
      'who lost its parent': (client) => client.bookmark.findUnique({ where: { id: 2 } }),
    },
  },

  'a parent is deleted that children outlive': {
    write: (client) => client.section.delete({ where: { id: 3 } }),
    stay: {
      'those of others': (client) => client.bookmark.findMany({ where: { sectionId: 1 } }),
    },
    go: {
      'those it had': (client) => client.bookmark.findMany({ where: { sectionId: 3 } }),
      'those without any': (client) => client.bookmark.findMany({ where: { sectionId: null } }),
    },
  },

  'a key changes that others hold': {
    write: (client) => client.currency.update({ where: { code: 'EUR' }, data: { code: 'DEM' } }),
    stay: {
      'those that hold another': (client) => client.price.findMany({ where: { currencyCode: 'USD' } }),
    },
    go: {
      'those that held it': (client) => client.price.findMany({ where: { currencyCode: 'EUR' } }),
      'those that hold the new one': (client) => client.price.findMany({ where: { currencyCode: 'DEM' } }),
      'one step further': (client) => client.priceNote.findMany({ where: { sku: 'apple', currencyCode: 'EUR' } }),
    },
  },

  'rows are linked': {
    write: (client) => client.post.update({ where: { id: 2 }, data: { tags: { connect: { id: 3 } } } }),
    stay: {
      'the links of another': (client) => client.post.findUnique({ where: { id: 1 }, include: { tags: true } }),
      'the links of another tag': (client) =>
        client.tag.findUnique({ where: { id: 1 }, select: { posts: { select: titles } } }),
      'what is tagged otherwise': (client) => client.post.findMany({ where: { tags: { some: { id: 1 } } } }),
      'the rows themselves': (client) => client.post.findUnique({ where: { id: 2 } }),
    },
    go: {
      'its links': (client) => client.post.findUnique({ where: { id: 2 }, include: { tags: true } }),
      'the links of the tag': (client) => client.tag.findUnique({ where: { name: 'green' }, include: { posts: true } }),
      'their number': (client) => client.tag.findUnique({ where: { id: 3 }, select: { _count: true } }),
      'what is tagged so': (client) => client.post.findMany({ where: { tags: { some: { id: 3 } } } }),
      'what is tagged by that name': (client) => client.post.findMany({ where: { tags: { some: { name: 'green' } } } }),
    },
  },

  // The where says what it was called before: else it could have been any name that somebody looks for.
  'a tag is renamed': {
    write: (client) => client.tag.update({ where: { id: 3, name: 'green' }, data: { name: 'teal' } }),
    stay: {
      'rows that do not have it': (client) => client.post.findUnique({ where: { id: 1 }, include: { tags: true } }),
      'what is tagged otherwise': (client) => client.post.findMany({ where: { tags: { some: { name: 'red' } } } }),
      'what has it by id': (client) => client.post.findMany({ where: { tags: { some: { id: 3 } } } }),
      'how many there are': (client) => client.tag.count(),
    },
    go: { 'what has it by name': (client) => client.tag.findUnique({ where: { name: 'teal' } }) },
  },

  'a self relation': {
    write: (client) => client.user.update({ where: { id: 4 }, data: { name: 'Daniel' } }),
    stay: {
      'reports of another': (client) =>
        client.user.findUnique({ where: { id: 1 }, select: { reports: { select: { email: true, name: true } } } }),
      'another and its manager': (client) =>
        client.user.findUnique({ where: { id: 2 }, select: { name: true, manager: { select: { name: true } } } }),
    },
    go: {
      reports: (client) =>
        client.user.findUnique({ where: { id: 2 }, select: { reports: { select: { name: true } } } }),
      'followed by the fluent API': (client) =>
        client.user.findUnique({ where: { id: 2 } }).reports({ select: { name: true } }),
    },
  },

  'many rows are deleted': {
    write: (client) => client.note.deleteMany({ where: { tenantId: 'acme' } }),
    stay: {
      'those of another': (client) => client.note.findMany({ where: { tenantId: 'evil' } }),
    },
    go: {
      those: (client) => client.note.findMany({ where: { tenantId: 'acme' } }),
      'one of them': (client) => client.note.findUnique({ where: { id: 1 } }),
    },
  },

  'many rows are created': {
    write: (client) =>
      client.note.createMany({ data: Array.from({ length: 100 }, (_, i) => ({ tenantId: 'acme', text: `n${i}` })) }),
    stay: {
      'those of another': (client) => client.note.findMany({ where: { tenantId: 'evil' } }),
      'those with no tenant in common': (client) =>
        client.note.count({ where: { tenantId: { in: ['evil', 'other'] } } }),
    },
    go: { those: (client) => client.note.count({ where: { tenantId: 'acme' } }) },
  },

  'a row changes that searches may show': {
    write: (client) => client.city.update({ where: { id: 1 }, data: { population: 2200 } }),
    stay: {
      'a search by another beginning': (client) => client.city.findMany({ where: { name: { startsWith: 'Ly' } } }),
      'a search for a part that does not show it': (client) =>
        client.city.findMany({ where: { name: { contains: 'a' } }, select: { name: true }, orderBy: { id: 'asc' } }),
    },
    go: {
      'a search by its beginning': (client) =>
        client.city.findMany({ where: { name: { startsWith: 'Par' } }, orderBy: { id: 'asc' } }),
      'a search for a part': (client) =>
        client.city.findMany({ where: { name: { contains: 'a' } }, orderBy: { id: 'asc' } }),
    },
  },

  'R28: a row changes its name, and what it was is not said': {
    write: (client) => client.city.update({ where: { id: 1 }, data: { name: 'Lutetia' } }),
    stay: {
      'a short search that does not show it': (client) =>
        client.city.findMany({ where: { name: { startsWith: 'Ly' } }, take: 5 }),
      'the first of a search': (client) => client.city.findFirst({ where: { name: { startsWith: 'Ly' } } }),
    },
    go: {
      'a short search that shows it': (client) =>
        client.city.findMany({ where: { name: { startsWith: 'Par' } }, take: 5, orderBy: { id: 'asc' } }),
      'a short search that will show it': (client) =>
        client.city.findMany({ where: { name: { startsWith: 'Lut' } }, take: 5 }),
    },
  },

  'a compare-and-set does nothing': {
    write: (client) => client.post.updateMany({ where: { id: 1, title: 'Nope' }, data: { title: 'New' } }),
    stay: { 'the row': (client) => client.post.findUnique({ where: { id: 1 } }) },
    go: {},
  },

  'two writes in a transaction': {
    write: (client) =>
      client.$transaction(async (tx) => {
        await tx.post.update({ where: { id: 1 }, data: { title: 'New' } })
        await tx.post.update({ where: { id: 3 }, data: { views: 0 } })
      }),
    stay: {
      'rows of neither': (client) => client.post.findMany({ where: { authorId: 4 } }),
      'what does not show what changed': (client) => client.post.findUnique({ where: { id: 3 }, select: titles }),
    },
    go: {
      'the first': (client) => client.post.findUnique({ where: { id: 1 }, select: titles }),
      'the second': (client) => client.post.findUnique({ where: { id: 3 } }),
    },
  },

  'two writes in a batch': {
    write: (client) =>
      client.$transaction([
        client.post.update({ where: { id: 1 }, data: { title: 'New' } }),
        client.comment.delete({ where: { id: 4 } }),
      ]),
    stay: { 'rows of neither': (client) => client.comment.findMany({ where: { postId: 1 } }) },
    go: {
      'the first': (client) => client.post.findMany({ where: { authorId: 1 } }),
      'the second': (client) => client.comment.findMany({ where: { postId: 4 } }),
    },
  },
}

describe.each(storeKinds)('a write leaves what it cannot change (%s)', (kind) => {
  const bench = useBench(kind)

  it.each(Object.entries(cases))('when %s', async (_, { write, stay, go }) => {
    const reads = { ...stay, ...go }
    for (const read of Object.values(reads)) for (const { prisma } of bench.seats) await read(prisma)
    const before = await Promise.all(Object.values(reads).map((read) => read(bench.plain)))
    await write(bench.writer)

    const statuses: Record<string, string> = {}
    const expected: Record<string, string> = {}
    for (const [what, read] of Object.entries(stay)) {
      statuses[what] = await statusOf(bench.seats[1]!.prisma, read)
      expected[what] = 'hit'
    }
    for (const [what, read] of Object.entries(go)) {
      statuses[`not ${what}`] = await statusOf(bench.seats[1]!.prisma, read)
      expected[`not ${what}`] = 'miss'
    }
    expect(statuses).toEqual(expected)
    for (const [i, [what, read]] of Object.entries(reads).entries()) {
      const truth = await read(bench.plain)
      for (const seat of bench.seats) expectSame(await read(seat.prisma), truth, `${what} of ${seat.name}`)
      // Else nothing would be shown by a miss.
      if (what in go) expect(truth, `${what}: the write changes it`).not.toEqual(before[i])
    }
  })
})
