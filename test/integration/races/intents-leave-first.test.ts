import { Redis } from 'ioredis'
import { expect, inject, it } from 'vitest'
import { cachePlugin } from '../../../src/index.ts'
import { stopLater } from '../../services/cleanup.ts'
import { watchedClient } from '../../services/client.ts'
import { freshNamespace } from '../../services/fresh.ts'
import type { PrivateServer } from '../../services/private-server.ts'
import { startRedis } from '../../services/redis.ts'
import { redisCommand } from '../../services/redis-command.ts'
import { waitUntil } from '../../services/wait-until.ts'
import { isUpdate, newNote, setText, textOf } from './notes.ts'

/** What a writer and its Redis have been through. */
const befores = {
  'whose scripts Redis has forgotten': async ({ url }: PrivateServer, read: () => Promise<unknown>) => {
    await read()
    await redisCommand(url, ['SCRIPT', 'FLUSH'])
  },
  'that has read before': async (_: PrivateServer, read: () => Promise<unknown>) => void (await read()),
  'that asks Redis for the first time': async () => {},
  'that was disconnected before': async (
    _: PrivateServer,
    read: () => Promise<unknown>,
    disconnect: () => Promise<void>,
  ) => {
    await read()
    await disconnect()
  },
}

it.each(Object.keys(befores) as (keyof typeof befores)[])(
  'R3: a writer %s has sent its intent when its statement leaves',
  async (name) => {
    const server = await startRedis()
    const redis = new Redis(server.url)
    redis.on('error', () => {})
    stopLater(async () => redis.disconnect())
    const { client: base, adapter } = watchedClient(inject('databaseUrl'))
    const namespace = freshNamespace()
    const prisma = base.$extends(cachePlugin({ redis, namespace, models: { Note: {} }, lease: '1h' }))
    stopLater(() => prisma.$disconnect())
    const { id } = await newNote({ base })
    await befores[name](
      server,
      () => textOf(prisma, id),
      () => prisma.$disconnect(),
    )

    // From the moment in which the statement leaves, nothing more leaves for Redis.
    const held = adapter.holdNext((sql) => {
      if (!isUpdate(sql)) return false
      redis.disconnect()
      return true
    })
    const writing = Promise.resolve(setText(prisma, id, 'v2'))
    await held.reached
    const intents = await waitUntil(
      async () => {
        const members = (await redisCommand(server.url, ['ZRANGE', `${namespace}:intents`, 0, -1])) as string[]
        return members.find((member) => member.startsWith('Note ') && member !== 'Note birth')
      },
      { what: 'the intent of the write', deadlineMs: 3_000 },
    )
    expect(intents).toMatch(/^Note \S+$/)
    held.release()
    expect(await writing).toMatchObject({ id, text: 'v2' })
  },
)
