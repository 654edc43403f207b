import { PrismaPg } from '@prisma/adapter-pg'
import { expect, inject, it } from 'vitest'
import { PrismaClient } from '../../../prisma/generated/client.ts'
import { cachePlugin } from '../../../src/index.ts'
import { stopLater } from '../../services/cleanup.ts'
import { freshDatabase, freshNamespace } from '../../services/fresh.ts'

it('flushes while transactions that wait for it hold every connection of the pool', async () => {
  const connectionString = await freshDatabase()
  const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString, max: 2 }) }).$extends(
    cachePlugin({
      redis: inject('redisUrl'),
      namespace: freshNamespace(),
      models: { City: { strategy: 'write-behind', acceptLoss: true, batch: { maxDelay: '1h' } } },
    }),
  )
  stopLater(() => prisma.$disconnect())
  await prisma.country.create({ data: { code: 'FR', name: 'France', region: 'Europe' } })
  await prisma.city.create({
    data: { id: 1, name: 'Paris', countryCode: 'FR', population: 5, latitude: 1.5, longitude: 2 },
  })
  await prisma.$cache.flush()

  let ready = 0
  let voted = () => {}
  const isVoted = new Promise<void>((resolve) => {
    voted = resolve
  })
  const count = () =>
    prisma.$transaction(async (tx) => {
      await tx.country.findMany()
      ready += 1
      if (ready === 2) {
        await prisma.city.update({ where: { id: 1 }, data: { views: { increment: 1 } } })
        voted()
      }
      await isVoted
      return tx.city.aggregate({ _sum: { views: true } })
    })
  const sums = await Promise.all([count(), count()])
  expect(sums.map(({ _sum }) => _sum.views)).toEqual([1, 1])
})
