import { serveWorker } from '../../../services/process.ts'
import { type CachedClientOptions, cachedClient } from '../../cached-client.ts'

/** A process that writes synchronously, and comes to a stop at its commit. */
let client: ReturnType<typeof cachedClient>

serveWorker({
  async open(options: CachedClientOptions) {
    client = cachedClient(options)
    await client.prisma.city.findUnique({ where: { id: 1 } })
  },
  /** Resolves when it is held; it goes no further. */
  async setAllViews(views: number, when: 'before' | 'after') {
    const held = client.adapter.holdNext((sql) => sql === 'COMMIT', { when })
    client.prisma
      .$transaction(async (tx) => {
        await tx.city.updateMany({ data: { views } })
      })
      .catch(() => {})
    await held.reached
  },
})
