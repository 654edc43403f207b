import ms from 'ms'
import { newNamespace, unlinkNamespace } from '../../examples/shared/namespace.ts'
import type { PrismaClient } from '../../prisma/generated/client.ts'
import { cachePlugin, type ModelConfig } from '../../src/index.ts'
import type { Environment, Site } from '../shared/site.ts'
import { answer, type Read, type readKinds } from './workload.ts'

/** One way to choose a TTL, on a cache of its own over the common database. */
export interface Mode {
  readonly name: string
  readonly isAdaptive: boolean
  read(read: Read): Promise<unknown>
  /** Reads that were answered from the cache so far. */
  hits(): number
  /** The TTL that the last entry of a kind was given, in milliseconds; 0 before there was one. */
  ttlMs(kind: (typeof readKinds)[number]): number
}

/** From shorter than an entry is read again to longer than a run, each twice the one before. */
const fixedMs = [250, 500, 1000, 2000, 4000, 8000, 16_000, 32_000, 64_000]
const staleShares = [0.02, 0.05, 0.1]
const range = { min: '250ms', max: '64s' } as const

export function openModes(site: Site, environment: Environment): readonly Mode[] {
  return [
    ...fixedMs.map((fixed) => openMode(ms(fixed), { ttl: `${fixed}ms` }, site, environment)),
    ...staleShares.map((staleShare) =>
      openMode(`${100 * staleShare} %`, { ttl: { adaptive: { ...range, staleShare } } }, site, environment),
    ),
  ]
}

function openMode(name: string, City: ModelConfig, { plain }: Site, { redis, later }: Environment): Mode {
  const namespace = newNamespace()
  later(() => unlinkNamespace(redis, namespace))
  let kind: Read['kind'] = 'views'
  const ttls = new Map<Read['kind'], number>()
  const cached = plain.$extends(
    cachePlugin({
      // One lease after a namespace is first seen, everything in it is invalidated once: not in the middle of this.
      ...{ redis, namespace, lease: '1h', models: { City } },
      onEvent(event) {
        if (event.kind === 'filled') ttls.set(kind, event.ttlMs)
      },
    }),
  )
  later(() => cached.$disconnect())
  return {
    name,
    isAdaptive: typeof City.ttl === 'object',
    read(read) {
      // Requests come one after the other.
      kind = read.kind
      return answer(cached as unknown as PrismaClient, read)
    },
    hits: () => cached.$cache.stats().hits,
    ttlMs: (of) => ttls.get(of) ?? 0,
  }
}
