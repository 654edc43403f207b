// A tenant filter that is added after the plugin: `npm run example:tenants`.
//
// Both tenants send the very same query through one cache. The filter is part of what the cache sees, so each tenant has
// entries of its own. Needs nothing but Node; DATABASE_URL and REDIS_URL are used where given.
import { PrismaClient } from '../../prisma/generated/client.ts'
import { cachePlugin } from '../../src/index.ts'
import { withCleanup } from '../shared/cleanup.ts'
import { openDatabase } from '../shared/database.ts'
import { newNamespace, unlinkNamespace } from '../shared/namespace.ts'

await withCleanup(async (later) => {
  const database = await openDatabase()
  later(database.close)
  const namespace = newNamespace()
  later(() => unlinkNamespace(process.env.REDIS_URL, namespace))

  const cached = new PrismaClient({ adapter: database.adapter }).$extends(
    cachePlugin({ redis: process.env.REDIS_URL, namespace, models: { Note: { ttl: '5m' } } }),
  )
  later(() => cached.$disconnect())
  await cached.note.createMany({
    data: [
      { tenantId: 'red', text: 'the plans of the red company' },
      { tenantId: 'blue', text: 'the plans of the blue company' },
    ],
  })

  /** A client that sees one tenant's notes, whatever is asked. */
  const clientOf = (tenantId: string) =>
    cached.$extends({
      query: {
        note: {
          findMany: ({ args, query }) => query({ ...args, where: { AND: [args.where ?? {}, { tenantId }] } }),
        },
      },
    })

  for (const tenantId of ['red', 'blue', 'red', 'blue']) {
    const client = clientOf(tenantId)
    const { data, info } = await client.$cache.withInfo(() => client.note.findMany())
    console.log(`${tenantId}: ${info.status}, ${data.map((note) => note.text).join('; ')}`)
  }
})
