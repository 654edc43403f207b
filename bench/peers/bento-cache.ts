import { BentoCache, bentostore } from 'bentocache'
import { redisDriver } from 'bentocache/drivers/redis'
import { Redis } from 'ioredis'
import type { PrismaClient } from '../../prisma/generated/client.ts'
import { clientWay, type WayKind } from '../comparison/way.ts'
import { cachedModels, ttlSeconds } from './shared.ts'

/** @see https://bentocache.dev/docs/tagging */
export const bentoCache: WayKind = {
  name: 'BentoCache by hand',
  isPeer: true,
  note: 'A query hook of 20 lines: getOrSet around the query, tagged with the models that it names; deleteByTag after a write.',
  async open({ plain, redisUrl, later }, prefix) {
    const connection = new Redis(redisUrl)
    const store = bentostore().useL2Layer(redisDriver({ connection, prefix }))
    const bento = new BentoCache({ default: 'redis', stores: { redis: store }, ttl: ttlSeconds * 1000 })
    later(() => bento.disconnectAll())
    const extended = plain.$extends({
      query: {
        $allModels: {
          async $allOperations({ model, operation, args, query }) {
            if (!isCached(model)) return query(args)
            if (isRead(operation)) {
              const key = JSON.stringify({ model, operation, args })
              return bento.getOrSet({ key, factory: () => query(args), tags: modelsNamed(model, args) })
            }
            const result = await query(args)
            await bento.deleteByTag({ tags: [model] })
            return result
          },
        },
      },
    })
    return clientWay(bentoCache.name, extended as unknown as PrismaClient, { isCache: true, isPeer: true })
  },
}

const isCached = (model: string) => cachedModels.some((cached) => cached === model)
const isRead = (operation: string) => /^(find|count|aggregate|groupBy)/.test(operation)

/** By the relations that this application includes. */
const modelsByRelation = { written: 'Book', shelf: 'Shelf', writer: 'Person' } as const

function modelsNamed(model: string, args: unknown): string[] {
  const text = JSON.stringify(args)
  const related = Object.entries(modelsByRelation).filter(([relation]) => text.includes(`"${relation}":`))
  return [...new Set([model, ...related.map(([, name]) => name)])]
}
