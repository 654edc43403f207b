import { PrismaPg } from '@prisma/adapter-pg'
import { PrismaClient } from '../../prisma/generated/client.ts'
import { stopLater } from './cleanup.ts'
import { type WatchedAdapter, watchedAdapter } from './watched-adapter.ts'

/** A plain client: what every cached answer is compared with. Disconnected at the end of the test. */
export function uncachedClient(databaseUrl: string): PrismaClient {
  const client = new PrismaClient({ adapter: new PrismaPg({ connectionString: databaseUrl }) })
  stopLater(() => client.$disconnect())
  return client
}

/** A plain client, and the adapter that sees and holds its statements. Extend the client to test the plugin. */
export function watchedClient(databaseUrl: string): {
  readonly client: PrismaClient
  readonly adapter: WatchedAdapter
} {
  const adapter = watchedAdapter(new PrismaPg({ connectionString: databaseUrl }))
  const client = new PrismaClient({ adapter })
  stopLater(() => {
    adapter.releaseAll()
    return client.$disconnect()
  })
  return { client, adapter }
}
