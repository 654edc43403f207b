import { randomUUID } from 'node:crypto'
import { expect, inject, it } from 'vitest'
import { Prisma } from '../../../prisma/generated/client.ts'
import { uncachedClient } from '../../services/client.ts'
import { freshDatabase, freshNamespace } from '../../services/fresh.ts'
import { spawnWorker } from '../../services/process.ts'
import type { Done, Work } from './workers/ledger.worker.ts'

const processes = 3

it.each(['cache-aside', 'write-through'] as const)(
  'what one process was told is done, no read that starts afterwards in another misses (%s)',
  {
    timeout: 120_000,
  },
  async (strategy) => {
    const databaseUrl = await freshDatabase()
    const plain = uncachedClient(databaseUrl)
    const posts: Record<number, number[]> = {}
    for (let i = 0; i < 3; i += 1) {
      const created = Array.from({ length: 2 }, () => ({ slug: randomUUID(), title: 'x' }))
      const user = await plain.user.create({
        data: { email: randomUUID(), posts: { create: created } },
        include: { posts: true },
      })
      posts[user.id] = user.posts.map((post) => post.id)
    }
    const namespace = freshNamespace()
    const models = Object.fromEntries(Object.values(Prisma.ModelName).map((name) => [name, { strategy }]))
    const options = { databaseUrl, redis: inject('redisUrl'), namespace, config: { lease: '1h', models } } as const
    const workers = await Promise.all(
      Array.from({ length: processes }, () => spawnWorker(new URL('./workers/ledger.worker.ts', import.meta.url))),
    )
    await Promise.all(workers.map((worker) => worker.call('open', options)))

    const work = { operations: 350, width: 6, posts, ledger: `${namespace}:ledger` }
    const done = await Promise.all(
      workers.map((worker, i) =>
        worker.call<Done>('work', { ...work, seed: (Date.now() % 1_000_000) + i } satisfies Work),
      ),
    )
    expect(done.flatMap((one) => one.stale)).toEqual([])
    // Reads that are never answered by the cache would prove nothing.
    const sum = (count: (one: Done) => number) => done.reduce((total, one) => total + count(one), 0)
    expect(sum((one) => one.writes)).toBeGreaterThan(100)
    expect(sum((one) => one.hits)).toBeGreaterThan(100)
    console.info(
      `${sum((one) => one.reads)} reads, ${sum((one) => one.hits)} of them hits, ${sum((one) => one.writes)} writes`,
    )
  },
)
