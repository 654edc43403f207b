import { inject } from 'vitest'
import type { PrismaClient } from '../../../prisma/generated/client.ts'
import { type CacheEvent, cachePlugin, type Strategy } from '../../../src/index.ts'
import { stopLater } from '../../services/cleanup.ts'
import { freshNamespace } from '../../services/fresh.ts'
import { type AdapterFactory, type WatchedAdapter, watchedAdapter } from '../../services/watched-adapter.ts'
import { patient, type StoreKind } from '../behaviour/bench.ts'
import type { Ground } from './ground.ts'

/** One client with a cache, and two without that are made alike: on the same database, and on its twin. */
export interface Seat {
  readonly name: string
  readonly cached: PrismaClient
  readonly plain: PrismaClient
  readonly twin: PrismaClient
  readonly events: CacheEvent[]
  /** Sees what the cached one sends to its database. */
  readonly adapter: WatchedAdapter
}

export interface World {
  readonly seats: readonly Seat[]
  /** Reads that a cache has answered so far. */
  hits(): number
  reset(): Promise<void>
  /** All rows of both databases. */
  rows(): Promise<{ readonly first: string; readonly twin: string }>
}

/**
 * Two databases that are given the same writes, one through caches and one not; and clients that share a cache: as
 * processes do on Redis, or one client that is extended further. One of them leaves out the keys of its rows and has computed
 * fields.
 */
export async function makeWorld(ground: Ground, kind: StoreKind, strategy: Strategy): Promise<World> {
  const [database, twin] = [await ground.open(), await ground.open()]
  const namespace = freshNamespace()
  const redis = kind === 'redis' ? { redis: inject('redisUrl') } : {}

  const caches: { stats(): { readonly hits: number } }[] = []
  const seat = (name: string, style: Style): Seat => {
    const events: CacheEvent[] = []
    const adapter = watchedAdapter(database.adapter())
    const make = (factory: AdapterFactory): PrismaClient => {
      const client = new ground.Client({
        adapter: factory,
        errorFormat: 'minimal',
        ...style.options,
      } as never) as PrismaClient
      stopLater(() => client.$disconnect())
      return client
    }
    const plugin = cachePlugin({
      ...redis,
      ...patient,
      namespace,
      models: Object.fromEntries(ground.models.map(({ name }) => [name, { strategy }])),
      onEvent: (event) => events.push(event),
    })
    const base = make(adapter).$extends(plugin)
    stopLater(() => base.$disconnect())
    caches.push(base.$cache)
    return {
      name,
      cached: style.extend(base as unknown as PrismaClient),
      plain: style.extend(make(database.adapter())),
      twin: style.extend(make(twin.adapter())),
      events,
      adapter,
    }
  }
  const first = seat('the first', plainStyle)
  const seats =
    kind === 'redis'
      ? [first, seat('the second', plainStyle), seat('one without keys', keylessStyle)]
      : [
          first,
          {
            ...first,
            name: 'its extension',
            cached: computed(first.cached),
            plain: computed(first.plain),
            twin: computed(first.twin),
          },
        ]
  return {
    seats,
    hits: () => caches.reduce((total, cache) => total + cache.stats().hits, 0),
    async reset() {
      await Promise.all([database.reset(), twin.reset()])
      await (first.cached as unknown as { $cache: { invalidateAll(): Promise<void> } }).$cache.invalidateAll()
      for (const { events, adapter } of seats) {
        events.splice(0)
        adapter.clear()
      }
    },
    async rows() {
      const [first, ofTwin] = await Promise.all([database.rows(), twin.rows()])
      return { first, twin: ofTwin }
    },
  }
}

interface Style {
  readonly options: object
  readonly extend: (client: PrismaClient) => PrismaClient
}

const plainStyle: Style = { options: {}, extend: (client) => client }

/** Everything by which the analysis knows rows is left out of every result. */
const keylessStyle: Style = {
  options: {
    omit: {
      user: { id: true, managerId: true },
      post: { id: true, authorId: true },
      person: { id: true, handle: true },
      book: { isbn: true, writtenBy: true, room: true },
      section: { documentId: true },
      tag: { id: true },
    },
  },
  extend: computed,
}

function computed(client: PrismaClient): PrismaClient {
  return client.$extends({
    result: {
      post: { label: { needs: { slug: true, authorId: true }, compute: (post) => `${post.slug} ${post.authorId}` } },
      person: { badge: { needs: { handle: true }, compute: (person) => `<${person.handle}>` } },
    },
  }) as unknown as PrismaClient
}
