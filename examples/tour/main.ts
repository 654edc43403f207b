// What can be configured, asked and told, in one file: `npm run example:tour`.
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

  // #region configuration
  const prisma = new PrismaClient({ adapter }).$extends(
    cachePlugin<Prisma.TypeMap>({
      redis: process.env.REDIS_URL,
      namespace,
      defaults: { ttl: '5m' },
      models: {
        Country: { ttl: '1h', staleWhileRevalidate: '1m', refreshAhead: 0.8, staleIfError: '1d', tags: ['atlas'] },
        City: {
          strategy: 'write-through',
          ttl: ({ operation }) => (operation === 'findUnique' ? '10m' : '30s'),
          tags: (query) => (query.operation === 'findUnique' ? [`country-${query.result?.countryCode}`] : []),
        },
      },
      alsoChanges: { City: ['CountryStats'] }, // a view of the cities: it can be cached now
      checkTriggers: true,
      onEvent: (event) => {
        if (event.kind === 'store-unavailable') console.error('Redis is out of reach', event.error)
      },
    }),
  )
  // #endregion
  later(() => prisma.$disconnect())

  const where = { countryCode: 'FR' }
  // #region query
  await prisma.city.findMany({ where, cacheStrategy: { ttl: 60, swr: 30, tags: ['home'] } })
  await prisma.tag.findMany({ cacheStrategy: { ttl: '5m' } }) // Tag is not listed: only this query is cached
  await prisma.city.findMany({ where, cacheStrategy: false }) // neither reads nor fills the cache
  const { data, info } = await prisma.$cache.withInfo(() => prisma.city.count({ where }))
  console.log(data, info) // 3 { status: 'miss', source: 'database', ageMs: null }
  // #endregion

  // #region explain
  const list = await prisma.$cache.explain(() => prisma.city.findMany({ where, select: { name: true } }))
  if (list.kind === 'read') console.log(list.dependsOn) // cities by countryCode FR, of which the name matters
  const write = await prisma.$cache.explain(() => prisma.city.update({ where: { id: 1 }, data: { name: 'Lutetia' } }))
  if (write.kind === 'write') console.log(write.touches) // of what is cached now; nothing was executed
  // #endregion

  // #region client
  await prisma.$cache.invalidate({ tags: ['home', 'country-FR'], models: ['Country'] })
  await prisma.$cache.invalidate({ tags: ['atlas'], soft: true }) // served until one process has loaded it again
  await prisma.$cache.disable(['Country']) // in every process
  await prisma.$cache.enable(['Country'])
  await prisma.$cache.invalidateAll()
  const { hits, misses, models } = prisma.$cache.stats()
  console.log({ hits, misses, fills: models.City?.fills })
  // #endregion
})
