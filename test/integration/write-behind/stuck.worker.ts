import { PrismaPg } from '@prisma/adapter-pg'
import { PrismaClient } from '../../../prisma/generated/client.ts'
import { cachePlugin } from '../../../src/index.ts'

/**
 * A program that disconnects while its writes cannot get into the database, and has nothing more to do.
 *
 * It ends by itself or not at all: nothing here calls `process.exit`.
 */
const { DATABASE_URL: connectionString = '', REDIS: redis = '', NAMESPACE: namespace = '' } = process.env
const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString }) }).$extends(
  cachePlugin({
    ...{ redis, namespace, drainDeadline: '300ms', commandDeadline: '2s' },
    models: { City: { strategy: 'write-behind', acceptLoss: true, batch: { maxDelay: '1h' } } },
    onEvent: (event) => {
      if (event.kind === 'writes-left') console.log(JSON.stringify(event))
    },
  }),
)
await prisma.city.update({ where: { id: 1 }, data: { views: { increment: 1 } } })
await prisma.$disconnect()
