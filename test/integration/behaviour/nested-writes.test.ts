import { describe, it } from 'vitest'
import type { Prisma } from '../../../prisma/generated/client.ts'
import { expectSeen, type Read, storeKinds, useBench, type Write } from './bench.ts'

const posts: Read = (client) => client.post.findMany({ orderBy: { slug: 'asc' }, omit: { createdAt: true } })
const comments: Read = (client) => client.comment.findMany({ orderBy: { text: 'asc' }, omit: { createdAt: true } })
const tags: Read = (client) =>
  client.tag.findMany({
    orderBy: { name: 'asc' },
    include: { posts: { select: { slug: true }, orderBy: { slug: 'asc' } } },
  })
const tagsOfPost: Read = (client) => client.post.findUnique({ where: { id: 1 } }).tags({ orderBy: { name: 'asc' } })
const profiles: Read = (client) => client.profile.findMany({ orderBy: { bio: 'asc' } })
const postsOfAda: Read = (client) =>
  client.user.findUnique({ where: { id: 1 }, select: { posts: { select: { slug: true }, orderBy: { slug: 'asc' } } } })
const managers: Read = (client) =>
  client.user.findMany({ orderBy: { id: 'asc' }, select: { email: true, manager: { select: { name: true } } } })

const ada =
  (data: Prisma.UserUpdateInput): Write =>
  (client) =>
    client.user.update({ where: { id: 1 }, data })
const postOfAda = (data: Prisma.PostUpdateWithoutAuthorInput): Write =>
  ada({ posts: { update: { where: { id: 1 }, data } } })

type Case = readonly [what: string, write: Write, reads: Readonly<Record<string, Read>>]

const lists: readonly Case[] = [
  ['create', ada({ posts: { create: { slug: 'new', title: 'New' } } }), { posts, postsOfAda }],
  [
    'create of several',
    ada({
      posts: {
        create: [
          { slug: 'n1', title: '1' },
          { slug: 'n2', title: '2' },
        ],
      },
    }),
    { posts },
  ],
  [
    'createMany',
    ada({ posts: { createMany: { data: [{ slug: 'n1', title: '1' }], skipDuplicates: true } } }),
    { posts, postsOfAda },
  ],
  ['connect', ada({ posts: { connect: { id: 3 } } }), { posts, postsOfAda }],
  ['connect by another key', ada({ posts: { connect: [{ slug: 'three' }] } }), { posts, postsOfAda }],
  [
    'connectOrCreate that connects',
    ada({ posts: { connectOrCreate: { where: { id: 3 }, create: { slug: 'x', title: 'x' } } } }),
    { posts, postsOfAda },
  ],
  [
    'connectOrCreate that creates',
    ada({ posts: { connectOrCreate: { where: { id: 99 }, create: { slug: 'x', title: 'x' } } } }),
    { posts, postsOfAda },
  ],
  ['disconnect', ada({ comments: { disconnect: { id: 3 } } }), { comments }],
  ['set', ada({ comments: { set: [{ id: 2 }] } }), { comments }],
  ['set to nothing', ada({ comments: { set: [] } }), { comments }],
  ['update', ada({ posts: { update: { where: { id: 1 }, data: { title: 'Changed' } } } }), { posts }],
  [
    'updateMany',
    ada({ posts: { updateMany: { where: { published: true }, data: { views: { increment: 5 } } } } }),
    { posts },
  ],
  [
    'upsert that updates',
    ada({ posts: { upsert: { where: { id: 1 }, create: { slug: 'x', title: 'x' }, update: { title: 'Changed' } } } }),
    { posts },
  ],
  [
    'upsert that creates',
    ada({ posts: { upsert: { where: { id: 99 }, create: { slug: 'x', title: 'x' }, update: {} } } }),
    { posts, postsOfAda },
  ],
  ['delete', ada({ posts: { delete: { id: 1 } } }), { posts, comments, tags, postsOfAda }],
  ['deleteMany', ada({ posts: { deleteMany: { published: false } } }), { posts, postsOfAda }],
]

const deeper: readonly Case[] = [
  [
    'create, two deep',
    ada({ posts: { create: { slug: 'n', title: 'N', comments: { create: { text: 'deep' } } } } }),
    { posts, comments },
  ],
  [
    'create of a parent',
    postOfAda({
      comments: {
        create: { text: 'deep', author: { create: { email: 'deep@x', profile: { create: { bio: 'deep' } } } } },
      },
    }),
    { comments, profiles, managers },
  ],
  ['createMany', postOfAda({ comments: { createMany: { data: [{ text: 'deep' }] } } }), { comments }],
  ['connect', postOfAda({ comments: { connect: { id: 3 } } }), { comments }],
  [
    'connectOrCreate',
    postOfAda({ comments: { connectOrCreate: { where: { id: 99 }, create: { text: 'deep' } } } }),
    { comments },
  ],
  [
    'update, three deep',
    postOfAda({ comments: { update: { where: { id: 1 }, data: { author: { update: { name: 'Deep' } } } } } }),
    { 'the author': (client) => client.user.findUnique({ where: { id: 2 } }) },
  ],
  [
    'upsert of a parent, three deep',
    postOfAda({
      comments: {
        update: { where: { id: 2 }, data: { author: { upsert: { create: { email: 'deep@x' }, update: {} } } } },
      },
    }),
    { comments, managers },
  ],
  [
    'disconnect, three deep',
    postOfAda({ comments: { update: { where: { id: 1 }, data: { author: { disconnect: true } } } } }),
    { comments },
  ],
  ['updateMany', postOfAda({ comments: { updateMany: { where: {}, data: { text: 'deep' } } } }), { comments }],
  ['delete', postOfAda({ comments: { delete: { id: 1 } } }), { comments }],
  ['deleteMany', postOfAda({ comments: { deleteMany: {} } }), { comments }],
  [
    'create below a create',
    (client) =>
      client.org.create({
        data: {
          name: 'west',
          documents: {
            create: {
              slug: 's',
              title: 't',
              sections: { create: { heading: 'h', paragraphs: { create: { text: 'deep' } } } },
            },
          },
        },
      }),
    {
      orgs: (client) => client.org.findMany(),
      documents: (client) => client.document.findMany(),
      sections: (client) => client.section.findMany(),
      paragraphs: (client) => client.paragraph.findMany(),
    },
  ],
  [
    'writes below an upsert',
    (client) =>
      client.user.upsert({
        where: { id: 1 },
        create: { email: 'z' },
        update: { posts: { update: { where: { id: 2 }, data: { comments: { create: { text: 'deep' } } } } } },
      }),
    { comments },
  ],
]

const single: readonly Case[] = [
  [
    'create of a child',
    (client) => client.user.update({ where: { id: 3 }, data: { profile: { create: { bio: 'third' } } } }),
    { profiles },
  ],
  [
    'create that takes the place of a child',
    ada({ profile: { delete: true } }),
    { profiles, 'by its key': (client) => client.profile.findUnique({ where: { userId: 1 } }) },
  ],
  [
    'connect that takes a child from another',
    (client) => client.profile.update({ where: { id: 2 }, data: { user: { connect: { id: 3 } } } }),
    { profiles, 'by its key': (client) => client.profile.findUnique({ where: { userId: 3 } }) },
  ],
  [
    'update of a child',
    ada({ profile: { update: { bio: 'changed' } } }),
    { profiles, 'by id': (client) => client.profile.findUnique({ where: { id: 1 } }) },
  ],
  [
    'upsert of a child',
    ada({ profile: { upsert: { create: { bio: 'x' }, update: { bio: 'changed' } } } }),
    { profiles },
  ],
  [
    'update of a parent',
    (client) => client.post.update({ where: { id: 1 }, data: { author: { update: { name: 'Changed' } } } }),
    { author: (client) => client.user.findUnique({ where: { email: 'ada@x' } }), managers },
  ],
  [
    'connect of a parent',
    (client) => client.post.update({ where: { id: 1 }, data: { author: { connect: { email: 'bob@x' } } } }),
    { posts, postsOfAda },
  ],
  [
    'create of a parent',
    (client) =>
      client.comment.create({
        data: { text: 'x', post: { create: { slug: 'p', title: 'p', author: { connect: { id: 1 } } } } },
      }),
    { posts, comments, postsOfAda },
  ],
  [
    'delete of a parent',
    (client) => client.comment.update({ where: { id: 1 }, data: { author: { delete: true } } }),
    { managers, comments, posts },
  ],
  ['connect to itself', ada({ reports: { connect: { id: 4 } } }), { managers }],
  ['disconnect from itself', ada({ reports: { disconnect: { id: 2 } } }), { managers }],
  ['connect to a manager', ada({ manager: { connect: { id: 4 } } }), { managers }],
]

const post =
  (data: Prisma.PostUpdateInput): Write =>
  (client) =>
    client.post.update({ where: { id: 1 }, data })
const red =
  (data: Prisma.TagUpdateInput): Write =>
  (client) =>
    client.tag.update({ where: { id: 1 }, data })

const joined: readonly Case[] = [
  ['connect', post({ tags: { connect: { id: 3 } } }), { tags, tagsOfPost }],
  ['disconnect', post({ tags: { disconnect: { id: 2 } } }), { tags, tagsOfPost }],
  ['set', post({ tags: { set: [{ name: 'green' }] } }), { tags, tagsOfPost }],
  ['create', post({ tags: { create: { name: 'new' } } }), { tags, tagsOfPost }],
  [
    'connectOrCreate',
    post({ tags: { connectOrCreate: { where: { name: 'green' }, create: { name: 'green' } } } }),
    { tags, tagsOfPost },
  ],
  ['update', post({ tags: { update: { where: { id: 1 }, data: { name: 'crimson' } } } }), { tags, tagsOfPost }],
  ['delete', post({ tags: { delete: { id: 1 } } }), { tags, tagsOfPost }],
  [
    'connect from the other side',
    (client) => client.tag.update({ where: { id: 3 }, data: { posts: { connect: { slug: 'one' } } } }),
    { tags, tagsOfPost },
  ],
  ['disconnect from the other side', red({ posts: { disconnect: { id: 1 } } }), { tags, tagsOfPost }],
  ['set from the other side', red({ posts: { set: [{ id: 4 }] } }), { tags, tagsOfPost }],
  [
    'updateMany from the other side',
    red({ posts: { updateMany: { where: {}, data: { title: 'Changed' } } } }),
    { posts },
  ],
  ['delete of one side', (client) => client.post.delete({ where: { id: 1 } }), { tags, tagsOfPost }],
  ['delete of the other side', (client) => client.tag.delete({ where: { id: 1 } }), { tags, tagsOfPost }],
  [
    'connect, nested',
    ada({ posts: { update: { where: { id: 1 }, data: { tags: { set: [] } } } } }),
    { tags, tagsOfPost },
  ],
]

describe.each(storeKinds)('nested writes (%s)', (kind) => {
  const bench = useBench(kind)

  it.each(lists)('R25: shows %s in a list of children', (_, write, reads) => expectSeen(bench, { write, reads }))
  it.each(deeper)('R25: shows %s, deeper', (_, write, reads) => expectSeen(bench, { write, reads }))
  it.each(single)('R25: shows %s', (_, write, reads) => expectSeen(bench, { write, reads }))
  it.each(joined)('R26: shows %s through a join table', (_, write, reads) => expectSeen(bench, { write, reads }))
})
