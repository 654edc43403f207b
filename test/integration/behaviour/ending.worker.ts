import { PrismaPg } from '@prisma/adapter-pg'
import { Redis } from 'ioredis'
import { PrismaClient } from '../../../prisma/generated/client.ts'
import { cachePlugin } from '../../../src/index.ts'

/**
 * A program that uses the cache, never disconnects, and has nothing more to do. Its connections to the database do not keep it from ending.
 *
 * It ends by itself or not at all: nothing here calls `process.exit`.
 */
const { DATABASE_URL: connectionString = '', REDIS: redis = '', NAMESPACE: namespace = '', WHAT = '' } = process.env
const isLate = WHAT === 'accept'

const open = () =>
  new PrismaClient({ adapter: new PrismaPg({ connectionString, allowExitOnIdle: true }) }).$extends(
    cachePlugin({
      ...{ redis, namespace, lease: '1h', loadWait: '1m', commandDeadline: '10s' },
      models: {
        City: isLate ? { strategy: 'write-behind', acceptLoss: true, batch: { maxDelay: '1h' } } : {},
      },
    }),
  )
const [one, other] = [open(), open()]
const paris = { where: { id: 1 } } as const
const vote = () => one.city.update({ ...paris, data: { views: { increment: 1 } } })
const read = async (client: typeof one) => {
  const { info } = await client.$cache.withInfo(() => client.city.findUnique(paris))
  return `${info.status} from ${info.source}`
}

const programs: Readonly<Record<string, () => Promise<unknown>>> = {
  /** Opens everything that there is. */
  async use() {
    for (let id = 1; id <= 20; id += 1) {
      await Promise.all([one, other].map((client) => client.city.findUnique({ where: { id } })))
    }
    const found = await read(one)
    await vote()
    return found
  },
  /** Its Redis dies. */
  async lose() {
    await read(one)
    process.kill(Number(process.env.SERVER_PID), 'SIGKILL')
    await vote()
    return read(other)
  },
  /** Waits for what another process loads. */
  read: () => read(one),
  /** Waits for Redis, and for nothing else. */
  async pause() {
    for (const _ of [1, 2]) await read(one)
    const own = new Redis(redis)
    await own.call('CLIENT', 'PAUSE', '700', 'ALL')
    own.disconnect()
    return read(one)
  },
  accept: async () => (await vote()).views,
}
console.log(JSON.stringify(await programs[WHAT]!()))
