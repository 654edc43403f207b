// The first fifteen lines with the plugin: `npm run example:quick-start`.
//
// Needs nothing but Node. With DATABASE_URL it uses that server (in a database of its own), with REDIS_URL that Redis.

// #region readme
import { PrismaClient } from '../../prisma/generated/client.ts'
import { cachePlugin } from '../../src/index.ts'
// #endregion
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
  console.log(`Database: ${database.description}. Store: ${process.env.REDIS_URL ? 'Redis' : 'this process'}.\n`)

  // #region readme
  const prisma = new PrismaClient({ adapter }).$extends(
    cachePlugin({
      redis: process.env.REDIS_URL, // absent: entries live in this process
      namespace, // the prefix of every Redis key
      models: { City: { ttl: '10m' }, Country: { ttl: '1h' } },
    }),
  )
  const readParis = async () => {
    const where = { id: 2988507 }
    const { data, info } = await prisma.$cache.withInfo(() => prisma.city.findUnique({ where }))
    console.log(`${info.status}: Paris has ${data?.population} people`)
  }
  // #endregion
  later(() => prisma.$disconnect())

  // #region readme
  await readParis() // miss
  await readParis() // hit
  await prisma.city.update({ where: { id: 2988507 }, data: { population: 2_103_778 } })
  await readParis() // miss: the update invalidated it, in every process
  // #endregion
})
