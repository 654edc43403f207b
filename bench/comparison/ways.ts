import type { PrismaClient } from '../../prisma/generated/client.ts'
import type { PluginConfig } from '../../src/index.ts'
import { wayNames } from './names.ts'
import type { Query } from './query.ts'
import type { Site } from './site.ts'
import { type Ask, clientWay, type Way, type WayKind } from './way.ts'

export const ownWays: readonly WayKind[] = [
  ours(wayNames.noCache, async ({ plain }) => clientWay(wayNames.noCache, plain)),
  ours(wayNames.raw, openRaw),
  ours(wayNames.floor, openFloor),
  ours(wayNames.bare, openBare),
  ours(wayNames.passThrough, async ({ plain }) => clientWay(wayNames.passThrough, passThrough(plain))),
  ours(wayNames.redis, openPlugin(wayNames.redis)),
  ours(wayNames.embedded, openPlugin(wayNames.embedded, { isEmbedded: true })),
  ours(wayNames.writeThrough, openPlugin(wayNames.writeThrough, { strategy: 'write-through' })),
  ours(wayNames.compressed, openPlugin(wayNames.compressed, { isCompressed: true })),
  ours(wayNames.hooked, openPlugin(wayNames.hooked, { isHooked: true })),
]

function ours(name: string, open: WayKind['open']): WayKind {
  return { name, isPeer: false, note: null, open }
}

/** What Redis and JSON cost without anything around them: the results as text, by a key that is at hand. */
async function openRaw({ plain, redis }: Site, prefix: string): Promise<Way> {
  const prepare = async (query: Query): Promise<Ask> => {
    const keys = Array.from({ length: query.size }, (_, n) => `${prefix}:${query.name}:${n}`)
    for (const [n, key] of keys.entries()) await redis.set(key, JSON.stringify(await query.ask(plain, n, {})))
    return async (n) => JSON.parse((await redis.get(keys[n]!))!)
  }
  return { name: wayNames.raw, isPeer: false, client: null, extra: {}, isCache: true, prepare }
}

/** What Prisma costs where a query hook answers at once, always the same. */
async function openFloor({ plain }: Site): Promise<Way> {
  const prepare = async (query: Query): Promise<Ask> => {
    const result = await query.ask(plain, 0, {})
    const client = plain.$extends({ query: { $allOperations: async () => result } }) as unknown as PrismaClient
    return (n) => query.ask(client, n, {})
  }
  return { name: wayNames.floor, isPeer: false, client: null, extra: {}, isCache: true, prepare }
}

/**
 * Both together, and nothing else: a hook that answers with what Redis has under the arguments, whatever was written since and whatever
 * types it had. A cache over Redis that is a hook, and checks what it serves, can only be slower.
 */
async function openBare({ plain, redis }: Site, prefix: string): Promise<Way> {
  const keyOf = (args: unknown) => `${prefix}:${JSON.stringify(args)}`
  const answering = plain.$extends({
    query: { $allOperations: async ({ args }) => JSON.parse((await redis.get(keyOf(args)))!) },
  }) as unknown as PrismaClient
  const keeping = plain.$extends({
    query: {
      async $allOperations({ args, query }) {
        const result = await query(args)
        await redis.set(keyOf(args), JSON.stringify(result))
        return result
      },
    },
  }) as unknown as PrismaClient
  const prepare = async (query: Query): Promise<Ask> => {
    for (let n = 0; n < query.size; n += 1) await query.ask(keeping, n, {})
    return (n) => query.ask(answering, n, {})
  }
  return { name: wayNames.bare, isPeer: false, client: null, extra: {}, isCache: true, prepare }
}

function passThrough(plain: PrismaClient): PrismaClient {
  return plain.$extends({ query: { $allOperations: ({ args, query }) => query(args) } }) as unknown as PrismaClient
}

function openPlugin(name: string, options: PluginOptions = {}): WayKind['open'] {
  return async (site, prefix) => {
    const client = extendWithPlugin(site, prefix, options)
    return clientWay(name, client as unknown as PrismaClient, { isCache: true })
  }
}

export interface PluginOptions {
  /** Default: cache-aside. */
  readonly strategy?: 'cache-aside' | 'write-through'
  readonly isEmbedded?: boolean
  /** From 1 kB: rows are stored as they are, lists are not. */
  readonly isCompressed?: boolean
  /** Whether another extension has a hook, which does nothing. */
  readonly isHooked?: boolean
}

export function extendWithPlugin(
  site: Site,
  namespace: string,
  { strategy = 'cache-aside', isEmbedded = false, isCompressed = false, isHooked = false }: PluginOptions = {},
) {
  const model = { strategy, ttl: '1h' } as const
  const config = {
    namespace,
    // One lease after a namespace is first seen, everything in it is invalidated once: not in the middle of this.
    lease: '1h',
    models: { Book: model, Person: model, Shelf: model },
    ...(isEmbedded ? {} : { redis: site.redisUrl }),
    ...(isCompressed ? { compressMinBytes: 1024 } : {}),
  } as const satisfies PluginConfig
  const client = (isHooked ? passThrough(site.plain) : site.plain).$extends(site.cachePlugin(config))
  site.later(() => client.$disconnect())
  return client
}
