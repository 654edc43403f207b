import { Redis } from 'ioredis'
import { expect, inject, it } from 'vitest'
import { stopLater } from '../../services/cleanup.ts'
import { freshDatabase, freshNamespace } from '../../services/fresh.ts'
import { startRedis } from '../../services/redis.ts'
import { redisCommand } from '../../services/redis-command.ts'
import { cachedClient } from '../cached-client.ts'

/** A client that does something before it sends its first script by text, which is when the server has forgotten it. */
function beforeFirstText(url: string, task: () => Promise<unknown>) {
  const client = new Redis(url)
  stopLater(async () => client.disconnect())
  const call = client.call.bind(client)
  let done: Promise<unknown> | null = null
  let isArmed = false
  Object.assign(client, {
    async call(...command: Parameters<typeof call>) {
      if (isArmed && String(command[0]) === 'eval') {
        done ??= task()
        await done
      }
      return call(...command)
    },
  })
  return {
    client,
    arm() {
      isArmed = true
    },
    isDone: () => done !== null,
  }
}

it('a load does not take the stamps of a write that was accepted while its scripts were sent again', async () => {
  const redis = await startRedis()
  const databaseUrl = await freshDatabase()
  const namespace = freshNamespace()
  const config = {
    commandDeadline: '5s',
    models: { City: { strategy: 'write-behind', acceptLoss: true, batch: { maxDelay: '1h' } }, Country: {} },
  } as const
  const accepting = () => two.prisma.city.update({ where: { id: 1 }, data: { name: 'accepted' } })
  const held = beforeFirstText(redis.url, accepting)
  const one = cachedClient({ databaseUrl, redis: held.client as never, namespace, config })
  const two = cachedClient({ databaseUrl, redis: redis.url, namespace, config })
  await one.base.country.create({ data: { code: 'FR', name: 'France', region: 'Europe' } })
  const city = { name: 'old', countryCode: 'FR', population: 5, latitude: 1.5, longitude: 2 }
  await one.base.city.createMany({ data: [1, 2].map((id) => ({ ...city, id })) })
  for (const { prisma } of [one, two]) await prisma.city.findUnique({ where: { id: 2 } })
  await redisCommand(redis.url, ['SCRIPT', 'FLUSH'])
  held.arm()
  await one.prisma.city.findUnique({ where: { id: 1 } })
  expect(held.isDone()).toBe(true)
  const names = () => Promise.all([one, two].map(({ prisma }) => prisma.city.findUnique({ where: { id: 1 } })))
  expect((await names()).map((row) => row?.name)).toEqual(['accepted', 'accepted'])
  await two.prisma.$cache.flush()
  expect((await names()).map((row) => row?.name)).toEqual(['accepted', 'accepted'])
})

it('an entry that is replaced between the two commands of a lookup is not younger than it is', async () => {
  const databaseUrl = await freshDatabase()
  const namespace = freshNamespace()
  const client = new Redis(inject('redisUrl'))
  stopLater(async () => client.disconnect())
  const config = { models: { Country: { ttl: '10m' } } } as const
  const one = cachedClient({ databaseUrl, redis: client as never, namespace, config })
  await one.base.country.create({ data: { code: 'FR', name: 'old', region: 'Europe' } })
  const two = cachedClient({ databaseUrl, redis: inject('redisUrl'), namespace, config })
  const where = { code: 'FR' }
  for (let i = 0; i < 2; i += 1) await one.prisma.country.findUnique({ where })
  const [key] = await client.keys(`${namespace}:{Country}:e:*`)
  // As if it had been there for a minute; and somebody changes the row past the cache.
  await client.pexpire(key!, 9 * 60_000 - 60_000)
  await one.base.country.update({ where, data: { name: 'new' } })
  const call = client.call.bind(client)
  let sent = 0
  Object.assign(client, {
    async call(...command: Parameters<typeof call>) {
      const name = String(command[0])
      // Between the first of the two, whichever that is, and the second one it is evicted, and somebody else stores it anew.
      if (name === 'pttl' || name === 'sort_ro') sent += 1
      if (sent === 2) {
        await client.unlink(key!)
        expect((await two.prisma.country.findUnique({ where }))?.name).toBe('new')
        // No less than any TTL after what was taken off it.
        await client.pexpire(key!, 600_000)
      }
      return call(...command)
    },
  })
  const row = await one.prisma.country.findUnique({ where, cacheStrategy: { ttl: 1 } })
  expect(sent).toBeGreaterThan(1)
  expect(row?.name).toBe('new')
})
