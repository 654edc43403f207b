import { randomUUID } from 'node:crypto'
import type { Duplex } from 'node:stream'
import { Redis } from 'ioredis'
import { expect, inject, it } from 'vitest'
import type { PrismaClient } from '../../../prisma/generated/client.ts'
import { stopLater } from '../../services/cleanup.ts'
import { cachedClient } from '../cached-client.ts'

/** Counts how often something was sent to Redis after an answer had come: what leaves together is one round trip. */
function countRounds(redis: Redis) {
  const { stream } = redis as unknown as { stream: Duplex }
  let rounds = 0
  let isAnswered = true
  const write = stream.write.bind(stream) as (...args: unknown[]) => boolean
  stream.write = ((chunk: unknown, ...rest: unknown[]) => {
    // Nobody waits for what is said of intents.
    if (isAnswered && !String(chunk).includes(':intents')) {
      rounds += 1
      isAnswered = false
    }
    return write(chunk, ...rest)
  }) as typeof stream.write
  stream.on('data', () => {
    isAnswered = true
  })
  return async (run: () => PromiseLike<unknown>) => {
    // What earlier calls do in the background is over when this is.
    await redis.ping()
    rounds = 0
    await run()
    return rounds
  }
}

it.each([
  { strategy: 'cache-aside', when: 'once, after its statement', trips: 1 },
  { strategy: 'write-through', when: 'once before and once after', trips: 2 },
] as const)('a write waits for Redis $when ($strategy)', async ({ strategy, trips }) => {
  const redis = new Redis(inject('redisUrl'))
  stopLater(async () => redis.disconnect())
  const { prisma, base } = cachedClient({
    databaseUrl: inject('databaseUrl'),
    redis: redis as never,
    config: { lease: '1h', models: { User: { strategy, tags: ['people'] } } },
  })
  const { id } = await base.user.create({ data: { email: randomUUID() } })
  const client = prisma as unknown as PrismaClient
  // A writer learns of new kinds of queries with its next write, which then asks twice.
  await client.user.findUnique({ where: { id } })
  await client.user.update({ where: { id }, data: { name: 'first' } })
  const rounds = countRounds(redis)
  const calls: Readonly<Record<string, () => PromiseLike<unknown>>> = {
    update: () => client.user.update({ where: { id }, data: { name: 'second' } }),
    create: () => client.user.create({ data: { email: randomUUID() } }),
    upsert: () => client.user.upsert({ where: { id }, create: { email: randomUUID() }, update: { name: 'third' } }),
    delete: () => client.user.delete({ where: { id } }),
  }
  for (const [name, call] of Object.entries(calls)) expect(await rounds(call), name).toBe(trips)
})
