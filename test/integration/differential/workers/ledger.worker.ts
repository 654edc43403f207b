import { Redis } from 'ioredis'
import type { PrismaClient } from '../../../../prisma/generated/client.ts'
import { serveWorker } from '../../../services/process.ts'
import { randomFrom } from '../../behaviour/random.ts'
import { type CachedClientOptions, cachedClient } from '../../cached-client.ts'

/**
 * A process that writes and reads at once. Everything that it writes only grows, so that an answer can be told to be too old: by
 * a ledger of what was acknowledged, in any process, before the read began.
 */
export interface Work {
  readonly seed: number
  readonly operations: number
  /** How many of them at once. */
  readonly width: number
  /** Users, and the posts of each. */
  readonly posts: Readonly<Record<number, readonly number[]>>
  /** The Redis hash that all processes write to. */
  readonly ledger: string
}

export interface Done {
  readonly reads: number
  readonly writes: number
  readonly hits: number
  /** Answers that were too old. */
  readonly stale: readonly string[]
}

type Counter = 'views' | 'comments' | 'tags'

let client: ReturnType<typeof cachedClient>
let redis: Redis

serveWorker({
  async open(options: CachedClientOptions) {
    client = cachedClient(options)
    redis = new Redis(options.redis!)
    await client.prisma.note.count()
  },
  work: (work: Work) => run(work),
})

async function run({ seed, operations, width, posts, ledger }: Work): Promise<Done> {
  const prisma = client.prisma as unknown as PrismaClient
  const { integer, some } = randomFrom(seed)
  const users = Object.keys(posts).map(Number)
  const everyPost = Object.values(posts).flat()
  const stale: string[] = []
  const counts = { reads: 0, writes: 0 }

  const acknowledge = (counter: Counter, ids: readonly number[]) =>
    Promise.all(ids.map((id) => redis.hincrby(ledger, `${counter}:${id}`, 1)))

  async function write() {
    const [id, other] = [some(everyPost), some(everyPost)]
    const increment = { views: { increment: 1 } }
    const writes: readonly (() => Promise<unknown>)[] = [
      async () => {
        await prisma.post.update({ where: { id }, data: increment, select: { id: true } })
        await acknowledge('views', [id])
      },
      async () => {
        await prisma.post.updateMany({ where: { id: { in: [id] } }, data: increment })
        await acknowledge('views', [id])
      },
      async () => {
        await prisma.$executeRaw`UPDATE posts SET views = views + 1 WHERE id = ${id}`
        await acknowledge('views', [id])
      },
      async () => {
        await prisma.$transaction(async (tx) => {
          // In one order, so that no two of them wait for each other.
          for (const one of [...new Set([id, other])].sort((a, b) => a - b))
            await tx.post.update({ where: { id: one }, data: increment })
        })
        await acknowledge('views', [...new Set([id, other])])
      },
      async () => {
        await prisma.$transaction([prisma.post.update({ where: { id }, data: increment }), prisma.note.count()])
        await acknowledge('views', [id])
      },
      async () => {
        await prisma.comment.create({ data: { text: 'x', postId: id } })
        await acknowledge('comments', [id])
      },
      async () => {
        await prisma.post.update({ where: { id }, data: { comments: { create: { text: 'x' } } } })
        await acknowledge('comments', [id])
      },
      async () => {
        await prisma.post.update({ where: { id }, data: { tags: { create: { name: `${seed} ${integer(2 ** 31)}` } } } })
        await acknowledge('tags', [id])
      },
    ]
    await some(writes)()
    counts.writes += 1
  }

  async function read() {
    const user = some(users)
    const id = some(everyPost)
    const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0)
    const ofPost = [id]
    const ofUser = posts[user]!
    const reads: readonly (readonly [Counter, readonly number[], () => Promise<number>])[] = [
      ['views', ofPost, async () => (await prisma.post.findUnique({ where: { id } }))!.views],
      [
        'views',
        ofUser,
        async () =>
          sum(
            (await prisma.post.findMany({ where: { authorId: user }, select: { views: true } })).map(
              (post) => post.views,
            ),
          ),
      ],
      [
        'views',
        ofUser,
        async () =>
          sum(
            (await prisma.user.findUnique({ where: { id: user }, select: { posts: true } }))!.posts.map(
              (post) => post.views,
            ),
          ),
      ],
      [
        'views',
        ofUser,
        async () =>
          (await prisma.post.aggregate({ where: { author: { is: { id: user } } }, _sum: { views: true } }))._sum.views!,
      ],
      [
        'views',
        everyPost,
        async () =>
          sum(
            (
              await prisma.user.findMany({
                where: { id: { in: users } },
                select: { posts: { select: { views: true } } },
              })
            ).flatMap((one) => one.posts.map((post) => post.views)),
          ),
      ],
      ['comments', ofPost, async () => prisma.comment.count({ where: { postId: id } })],
      [
        'comments',
        ofUser,
        async () =>
          sum(
            (await prisma.user.findUnique({
              where: { id: user },
              select: { posts: { select: { _count: { select: { comments: true } } } } },
            }))!.posts.map((post) => post._count.comments),
          ),
      ],
      [
        'tags',
        ofPost,
        async () => (await prisma.post.findUnique({ where: { id }, include: { tags: true } }))!.tags.length,
      ],
      [
        'tags',
        ofUser,
        async () =>
          sum(
            (
              await prisma.post.findMany({ where: { authorId: user }, select: { _count: { select: { tags: true } } } })
            ).map((post) => post._count.tags),
          ),
      ],
    ]
    const [counter, ids, ask] = some(reads)
    const acknowledged = sum((await redis.hmget(ledger, ...ids.map((one) => `${counter}:${one}`))).map(Number))
    const answer = await ask()
    if (answer < acknowledged) stale.push(`${counter} of ${ids}: ${answer} after ${acknowledged}`)
    counts.reads += 1
  }

  let left = operations
  const loop = async () => {
    while (left > 0) {
      left -= 1
      await (integer(5) === 0 ? write() : read())
    }
  }
  await Promise.all(Array.from({ length: width }, loop))
  return { ...counts, hits: client.prisma.$cache.stats().hits, stale }
}
