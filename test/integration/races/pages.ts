import { randomUUID } from 'node:crypto'
import type { PrismaClient } from '../../../prisma/generated/client.ts'
import type { CachedClient } from '../cached-client.ts'

export type Client = CachedClient['prisma']
type Base = CachedClient['base']

/** A query, to be asked of a client with the cache or without. */
export type Read = (client: Client | Base) => PromiseLike<unknown>

/** Both are asked alike; their types are not. */
export const asked = (client: Client | Base) => client as unknown as PrismaClient

/** Two users with a post each, of whom a page shows both: which posts it depends on, only its rows tell. */
export async function makePage({ base }: CachedClient) {
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

/** Users of one name, the first of whom has a post and a profile; a page shows posts and profiles of them all. */
export async function makeCrowd({ base }: CachedClient, count: number) {
  const name = randomUUID()
  const addUser = () => base.user.create({ data: { email: randomUUID(), name } })
  const { id: userId } = await addUser()
  await base.user.createMany({ data: Array.from({ length: count - 1 }, () => ({ email: randomUUID(), name })) })
  const post = await base.post.create({ data: { slug: randomUUID(), title: 'v1', authorId: userId } })
  const profile = await base.profile.create({ data: { bio: 'v1', userId } })
  const read = (client: Client | Base) =>
    asked(client).user.findMany({
      where: { name },
      orderBy: { id: 'asc' },
      select: {
        posts: { select: { title: true }, orderBy: { id: 'asc' } },
        profile: { select: { bio: true } },
      },
    })
  return { post, profile, read, addUser }
}

export const isPosts = (sql: string) => sql.startsWith('SELECT') && sql.includes('FROM "public"."posts"')
export const isProfiles = (sql: string) => sql.startsWith('SELECT') && sql.includes('FROM "public"."Profile"')

export async function statusOf({ prisma }: CachedClient, read: (client: Client) => PromiseLike<unknown>) {
  return (await prisma.$cache.withInfo(() => read(prisma))).info.status
}
