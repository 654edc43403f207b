import type { Prisma, PrismaClient } from '../../../prisma/generated/client.ts'
import type { Random } from './random.ts'

/** One step of a random program, with a text that says what it does. */
export interface Step<Kind extends string> {
  readonly kind: Kind
  readonly text: string
  readonly run: (client: PrismaClient) => PromiseLike<unknown>
}

const id = 'asc' as const
const idsOf = { select: { id: true }, orderBy: { id } }

/** A read, over few values, so that the same one comes again. */
export function randomRead({ integer, some }: Random): Step<'read'> {
  const n = 1 + integer(5)
  const flag = integer(2) === 0
  const email = some(['ada@x', 'bob@x', 'cyd@x', 'new@x'])
  const nested = { comments: { ...idsOf, take: 3 }, tags: { orderBy: { id } }, author: { select: { email: true } } }
  const all: readonly ((client: PrismaClient) => PromiseLike<unknown>)[] = [
    (client) => client.user.findUnique({ where: { id: n } }),
    (client) => client.user.findUnique({ where: { email }, include: { profile: true, posts: { ...idsOf } } }),
    (client) => client.user.findFirst({ where: { posts: { some: { published: flag } } }, orderBy: { id } }),
    (client) => client.user.findMany({ where: { manager: { is: { id: n } } }, orderBy: { id } }),
    (client) =>
      client.user.findMany({ orderBy: [{ posts: { _count: 'desc' } }, { id }], select: { id: true, _count: true } }),
    (client) => client.user.findUnique({ where: { id: n } }).posts({ orderBy: { id }, include: nested }),
    (client) =>
      client.user
        .findUnique({ where: { id: n } })
        .manager()
        .reports(idsOf),
    (client) => client.post.findMany({ where: { authorId: n, published: flag }, orderBy: { id } }),
    (client) => client.post.findUnique({ where: { slug: `post-${n}` }, include: nested }),
    (client) => client.post.findMany({ where: { tags: { some: { id: n } } }, orderBy: { id } }),
    (client) => client.post.findMany({ orderBy: [{ author: { name: 'asc' } }, { id }], take: 2, skip: n }),
    (client) => client.post.aggregate({ where: { authorId: n }, _sum: { views: true }, _count: true }),
    (client) => client.post.groupBy({ by: ['authorId'], _sum: { views: true }, orderBy: { authorId: 'asc' } }),
    (client) => client.comment.count({ where: { author: { role: flag ? 'ADMIN' : 'READER' } } }),
    (client) => client.comment.findMany({ where: { post: { author: { id: n } } }, orderBy: { id } }),
    (client) => client.comment.findFirst({ where: { authorId: null, postId: n }, orderBy: { id: 'desc' } }),
    (client) => client.tag.findUnique({ where: { id: n } }).posts(idsOf),
    (client) =>
      client.tag.findMany({
        where: { posts: { none: { published: flag } } },
        orderBy: { id },
        include: { _count: true },
      }),
    (client) => client.profile.findUnique({ where: { userId: n } }),
    (client) => client.membership.findUnique({ where: { teamId_userId: { teamId: 1 + (n % 2), userId: n } } }),
    (client) =>
      client.team.findMany({
        orderBy: { id },
        include: { memberships: { orderBy: { userId: 'asc' }, include: { user: { include: { profile: true } } } } },
      }),
    (client) => client.membership.count({ where: { user: { posts: { some: {} } } } }),
  ]
  const index = integer(all.length)
  return { kind: 'read', text: `read ${index} with ${n}, ${flag}, ${email}`, run: all[index]! }
}

/** A write. Many fail, which is part of the program: a failure changes nothing. */
export function randomWrite(random: Random): Step<'write'> {
  const { integer, some } = random
  const [a, b] = [1 + integer(5), 1 + integer(5)]
  const flag = integer(2) === 0
  const email = some(['ada@x', 'bob@x', 'cyd@x', 'new@x'])
  const title = `t${integer(3)}`
  const post = { slug: `post-${b}`, title }
  const user = (data: Prisma.UserUpdateInput) => (client: PrismaClient) =>
    client.user.update({ where: { id: a }, data })
  const all: readonly ((client: PrismaClient) => PromiseLike<unknown>)[] = [
    (client) => client.user.create({ data: { id: a, email, name: title, managerId: flag ? b : null } }),
    (client) => client.user.upsert({ where: { email }, create: { id: a, email }, update: { name: title } }),
    user({ email }),
    user({ role: flag ? 'ADMIN' : 'READER', name: title }),
    user({ manager: flag ? { connect: { id: b } } : { disconnect: true } }),
    user({ reports: { set: flag ? [{ id: b }] : [] } }),
    user({
      posts: {
        create: {
          ...post,
          comments: { create: { text: title, author: { connect: { id: b } } } },
          tags: { connect: { id: b } },
        },
      },
    }),
    user({ posts: { connect: { slug: post.slug } } }),
    user({ posts: { updateMany: { where: { published: flag }, data: { views: { increment: b } } } } }),
    user({ posts: { deleteMany: { published: flag } } }),
    user({ posts: { upsert: { where: { slug: post.slug }, create: post, update: { title, published: flag } } } }),
    user({ profile: flag ? { upsert: { create: { bio: title }, update: { bio: title } } } : { delete: true } }),
    user({ comments: flag ? { set: [] } : { updateMany: { where: {}, data: { text: title } } } }),
    (client) => client.user.delete({ where: { id: a } }),
    (client) => client.user.deleteMany({ where: { managerId: a } }),
    (client) => client.post.create({ data: { id: a, ...post, published: flag, authorId: b } }),
    (client) =>
      client.post.createMany({
        data: [
          { ...post, authorId: a },
          { slug: 'post-1', title, authorId: b },
        ],
        skipDuplicates: flag,
      }),
    (client) => client.post.update({ where: { slug: post.slug }, data: { views: { increment: 1 }, authorId: a } }),
    (client) =>
      client.post.update({
        where: { id: a },
        data: { tags: flag ? { set: [{ id: b }] } : { disconnect: [{ id: b }] } },
      }),
    (client) =>
      client.post.update({
        where: { id: a },
        data: { tags: { connectOrCreate: { where: { name: title }, create: { id: b, name: title } } } },
      }),
    (client) =>
      client.post.update({
        where: { id: a },
        data: { comments: { create: { text: title } }, author: { update: { name: title } } },
      }),
    (client) => client.post.updateMany({ where: { authorId: a }, data: { published: flag } }),
    (client) => client.post.updateManyAndReturn({ where: { published: flag }, data: { title }, select: { id: true } }),
    (client) => client.post.delete({ where: { id: a } }),
    (client) =>
      client.comment.create({ data: { text: title, post: { connect: { id: a } }, author: { connect: { id: b } } } }),
    (client) => client.comment.updateMany({ where: { postId: a }, data: { authorId: flag ? b : null } }),
    (client) => client.comment.deleteMany({ where: { author: { is: { id: a } } } }),
    (client) => client.tag.create({ data: { id: a, name: title, posts: { connect: { id: b } } } }),
    (client) =>
      client.tag.update({ where: { id: a }, data: { posts: flag ? { set: [{ id: b }] } : { disconnect: { id: b } } } }),
    (client) => client.tag.delete({ where: { id: a } }),
    (client) =>
      client.membership.upsert({
        where: { teamId_userId: { teamId: 1, userId: a } },
        create: { teamId: 1, userId: a },
        update: { role: 'EDITOR' },
      }),
    (client) => client.team.update({ where: { id: 1 + (a % 2) }, data: { memberships: { create: { userId: b } } } }),
    (client) => client.membership.deleteMany({ where: { userId: a } }),
    (client) => client.$executeRaw`UPDATE posts SET views = views + 1 WHERE author_id = ${a}`,
    (client) => client.$executeRaw`DELETE FROM "_PostToTag" WHERE "B" = ${a}`,
    (client) =>
      client.$queryRaw`WITH x AS (UPDATE "User" SET name = ${title} WHERE id = ${a} RETURNING id) SELECT id FROM x`,
  ]
  const index = integer(all.length)
  return { kind: 'write', text: `write ${index} with ${a}, ${b}, ${flag}, ${email}, ${title}`, run: all[index]! }
}

/** Some writes together, in either form of `$transaction`; an interactive one is rolled back half of the time. */
export function randomTransaction(random: Random): Step<'write'> {
  const writes = [randomWrite(random), randomWrite(random)] as const
  const isBatch = random.integer(2) === 0
  const rollsBack = random.integer(2) === 0
  const text = `${isBatch ? 'a batch' : rollsBack ? 'a transaction that is rolled back' : 'a transaction'}: ${writes.map((write) => write.text).join('; ')}`
  const run = (client: PrismaClient) =>
    isBatch
      ? client.$transaction(writes.map((write) => write.run(client) as Prisma.PrismaPromise<unknown>))
      : client.$transaction(async (tx) => {
          for (const write of writes) await write.run(tx as PrismaClient)
          if (rollsBack) throw new Error('rolled back')
        })
  return { kind: 'write', text, run }
}
