import { PrismaPg } from '@prisma/adapter-pg'
import { Redis } from 'ioredis'
import { PrismaClient } from '../../../prisma/generated/client.ts'
import { cachePlugin } from '../../../src/index.ts'

/**
 * A program that uses the cache in every way that opens something, disconnects, and has nothing more to do.
 *
 * It ends by itself or not at all: nothing here calls `process.exit`.
 */
const { DATABASE_URL: connectionString = '', REDIS: url = '', NAMESPACE: namespace = '', SERVER_PID, OWN } = process.env

const own = OWN === 'yes' ? new Redis(url) : undefined
const redis = own ?? url
// One lease after a namespace is first seen everything in it is invalidated once: not in the middle of this, however slow it is.
const open = () =>
  new PrismaClient({ adapter: new PrismaPg({ connectionString }) }).$extends(
    cachePlugin({ redis, namespace, lease: '1h', models: { City: {} } }),
  )
const [one, other] = [open(), open()]

// Alike reads of two clients at once: one of them waits for the other's load.
for (let id = 1; id <= 20; id += 1) {
  await Promise.all([one, other].map((client) => client.city.findUnique({ where: { id } })))
}
const { info } = await one.$cache.withInfo(() => one.city.findUnique({ where: { id: 1 } }))
await one.city.update({ where: { id: 1 }, data: { views: { increment: 1 } } })

if (SERVER_PID !== undefined) {
  process.kill(Number(SERVER_PID), 'SIGKILL')
  await one.city.update({ where: { id: 1 }, data: { views: { increment: 1 } } })
  await other.city.findMany()
}
await Promise.all([one.$disconnect(), other.$disconnect()])

const pong = await own?.ping()
own?.disconnect()
console.log(JSON.stringify({ status: info.status, pong }))
