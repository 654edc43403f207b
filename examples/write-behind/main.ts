// Votes that are counted at once and written later: `npm run example:write-behind`.
//
// Needs nothing but Node; DATABASE_URL and REDIS_URL are used where given.
import { type Prisma, PrismaClient } from '../../prisma/generated/client.ts'
import { cachePlugin } from '../../src/index.ts'
import { withCleanup } from '../shared/cleanup.ts'
import { openDatabase } from '../shared/database.ts'
import { loadFewCities } from '../shared/few-cities.ts'
import { newNamespace, unlinkNamespace } from '../shared/namespace.ts'

await withCleanup(async (later) => {
  const database = await openDatabase()
  later(database.close)
  const { adapter } = database
  await loadFewCities(adapter)
  const namespace = newNamespace()
  later(() => unlinkNamespace(process.env.REDIS_URL, namespace))
  const plain = new PrismaClient({ adapter })
  later(() => plain.$disconnect())

  // #region write-behind
  const prisma = new PrismaClient({ adapter }).$extends(
    cachePlugin<Prisma.TypeMap>({
      redis: process.env.REDIS_URL,
      namespace,
      models: {
        City: {
          strategy: 'write-behind',
          batch: { maxSize: 500, maxDelay: '1s' },
          acceptLoss: true, // this Redis, or this process, may forget what it accepted
        },
      },
    }),
  )
  const where = { id: 2988507 }
  const votes = Array.from({ length: 100 }, () =>
    prisma.city.update({ where, data: { views: { increment: 1 } }, select: { views: true } }),
  )
  console.log((await Promise.all(votes)).at(-1)) // { views: 100 }: accepted, and not in the database yet
  console.log(await prisma.city.findUnique({ where, select: { views: true } })) // { views: 100 }
  await prisma.$cache.flush() // in the database now, by one UPDATE
  // #endregion
  later(() => prisma.$disconnect())
  console.log(await plain.city.findUnique({ where, select: { views: true } }))

  await prisma.city.create({
    data: { id: 1, name: 'Nowhere', countryCode: 'XX', population: 0, latitude: 0, longitude: 0 },
  })
  await prisma.$cache.flush()
  // #region dead-letters
  for (const { id, model, operation, code } of await prisma.$cache.deadLetters.list()) {
    console.log(`${model}: a ${operation} was refused with ${code}`) // 23503: its country does not exist
    await prisma.$cache.deadLetters.discard(id) // or `retry`, once the cause is mended
  }
  // #endregion
})
