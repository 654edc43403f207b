import { serveWorker } from '../../services/process.ts'
import { type CachedClientOptions, cachedClient } from '../cached-client.ts'

let client: ReturnType<typeof cachedClient>

serveWorker({
  async open(options: CachedClientOptions) {
    client = cachedClient(options)
  },
  async vote(id: number) {
    const { views } = await client.prisma.city.update({ where: { id }, data: { views: { increment: 1 } } })
    return views
  },
})
