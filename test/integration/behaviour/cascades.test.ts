import { describe, it } from 'vitest'
import { expectSeen, type Read, storeKinds, useBench, type Write } from './bench.ts'

const lists: Readonly<Record<string, Read>> = {
  documents: (client) => client.document.findMany({ orderBy: { id: 'asc' } }),
  sections: (client) => client.section.findMany({ orderBy: { id: 'asc' } }),
  paragraphs: (client) => client.paragraph.findMany({ orderBy: { id: 'asc' } }),
  bookmarks: (client) => client.bookmark.findMany({ orderBy: { id: 'asc' } }),
  'a paragraph': (client) => client.paragraph.findUnique({ where: { id: 1 } }),
  'a bookmark': (client) => client.bookmark.findUnique({ where: { id: 1 } }),
  'a document by its compound key': (client) =>
    client.document.findUnique({ where: { orgId_slug: { orgId: 1, slug: 'a' } } }),
  'how many paragraphs': (client) => client.paragraph.count(),
}

/** Each removes document 1 and everything below it. */
const deletions: Readonly<Record<string, Write>> = {
  'a delete at the top': (client) => client.org.delete({ where: { id: 1 } }),
  'a deleteMany at the top': (client) => client.org.deleteMany({ where: { name: 'north' } }),
  'a nested delete': (client) => client.org.update({ where: { id: 1 }, data: { documents: { delete: { id: 1 } } } }),
  'a nested deleteMany': (client) => client.org.update({ where: { id: 1 }, data: { documents: { deleteMany: {} } } }),
  'a delete nested in an update of the children': (client) =>
    client.org.update({
      where: { id: 1 },
      data: {
        documents: {
          update: { where: { id: 1 }, data: { title: 'gone', sections: { deleteMany: {} }, slug: 'gone' } },
        },
      },
    }),
  'a raw delete': (client) => client.$executeRaw`DELETE FROM "Org" WHERE id = 1`,
  'a delete in a transaction': (client) => client.$transaction((tx) => tx.org.delete({ where: { id: 1 } })),
}

describe.each(storeKinds)('cascades (%s)', (kind) => {
  const bench = useBench(kind)

  it.each(Object.entries(deletions))(
    'R24: follows %s through four levels, and the key set to null',
    async (_, write) => {
      await expectSeen(bench, { write, reads: lists })
    },
  )

  it('R24: follows a change of a natural key through two levels', async () => {
    const reads: Record<string, Read> = {
      prices: (client) => client.price.findMany({ orderBy: { cents: 'asc' } }),
      notes: (client) => client.priceNote.findMany({ orderBy: { id: 'asc' } }),
      'a price, under its old key': (client) =>
        client.price.findUnique({ where: { sku_currencyCode: { sku: 'apple', currencyCode: 'EUR' } } }),
      'a price, under its new key': (client) =>
        client.price.findUnique({ where: { sku_currencyCode: { sku: 'apple', currencyCode: 'XEU' } } }),
      'a note': (client) =>
        client.priceNote.findUnique({ where: { id: 1 }, include: { price: { include: { currency: true } } } }),
    }
    await expectSeen(bench, {
      write: (client) => client.currency.update({ where: { code: 'EUR' }, data: { code: 'XEU' } }),
      reads,
    })
    await expectSeen(bench, {
      write: (client) =>
        client.price.update({
          where: { sku_currencyCode: { sku: 'apple', currencyCode: 'XEU' } },
          data: { currency: { update: { code: 'EUR' } } },
        }),
      reads,
    })
    await expectSeen(bench, {
      write: (client) =>
        client.price.updateMany({ where: { sku: 'apple', currencyCode: 'EUR' }, data: { sku: 'quince' } }),
      reads: { prices: reads.prices!, notes: reads.notes! },
    })
  })

  it('R24: follows deletes of a row that many tables reference', async () => {
    await expectSeen(bench, {
      write: (client) => client.user.delete({ where: { id: 1 } }),
      reads: {
        'who is managed': (client) =>
          client.user.findMany({ orderBy: { id: 'asc' }, select: { id: true, managerId: true } }),
        'one who was managed': (client) => client.user.findUnique({ where: { id: 2 } }),
        'the profile': (client) => client.profile.findUnique({ where: { userId: 1 } }),
        posts: (client) => client.post.findMany({ orderBy: { id: 'asc' } }),
        'comments on posts': (client) => client.comment.findMany({ orderBy: { id: 'asc' } }),
        'a comment that lost its author': (client) => client.comment.findUnique({ where: { id: 3 } }),
        memberships: (client) => client.membership.findMany(),
        'tags with their posts': (client) => client.tag.findMany({ orderBy: { id: 'asc' }, include: { _count: true } }),
      },
    })
  })
})
