import { inject } from 'vitest'
import { freshDatabase, freshNamespace } from '../../services/fresh.ts'
import { spawnWorker } from '../../services/process.ts'
import { type CachedClient, type CachedClientOptions, cachedClient, type StoreConfig } from '../cached-client.ts'

/** How long a process leads that says nothing more. */
export const leadMs = 1_000

/** Nothing is flushed before somebody asks for it. The Redis of the tests keeps nothing on disk. */
export function pendingCities(more: object = {}) {
  return {
    lease: '10s',
    loadLease: `${leadMs}ms`,
    flushDeadline: '25s',
    drainDeadline: '2s',
    models: {
      City: { strategy: 'write-behind', acceptLoss: true, batch: { maxDelay: '1h' }, ...more },
      Country: {},
    },
  } as const satisfies CachedClientOptions['config']
}

export function city(id: number) {
  return { id, name: `City ${id}`, countryCode: 'FR', population: 5, latitude: 1.5, longitude: 2, views: 0 }
}

/** The cities 1 to `count`, in France, behind the cache's back. */
export async function seedCities({ base }: Pick<CachedClient, 'base'>, count: number): Promise<void> {
  await base.country.create({ data: { code: 'FR', name: 'France', region: 'Europe' } })
  await base.city.createMany({ data: Array.from({ length: count }, (_, i) => city(i + 1)) })
}

export interface BenchOptions extends StoreConfig {
  readonly databaseUrl?: string
  readonly config?: CachedClientOptions['config']
  readonly cities?: number
}

/** A database of its own with some cities, and clients that write them behind. */
export async function openBench({ redis = inject('redisUrl'), config = pendingCities(), ...more }: BenchOptions = {}) {
  const databaseUrl = more.databaseUrl ?? (await freshDatabase())
  const options = { databaseUrl, redis, namespace: more.namespace ?? freshNamespace(), config }
  const here = cachedClient(options)
  await seedCities(here, more.cities ?? 3)
  /** One more client, as another process is. */
  const open = (more: Partial<CachedClientOptions> = {}) => cachedClient({ ...options, ...more })
  return { options, here, open }
}

/** The same, and another process that leads. */
export async function openSeats(options: BenchOptions = {}) {
  const file = new URL('./workers/flusher.worker.ts', import.meta.url)
  const [bench, worker] = await Promise.all([openBench(options), spawnWorker(file)])
  await worker.call('open', bench.options)
  await worker.call('lead')
  return { ...bench, worker }
}

/** What is in the database. */
export function storedCities({ base }: Pick<CachedClient, 'base'>) {
  return base.city.findMany({ orderBy: { id: 'asc' } })
}

export function eventsOf<Kind extends CachedClient['events'][number]['kind']>({ events }: CachedClient, kind: Kind) {
  return events.filter((event): event is Extract<(typeof events)[number], { kind: Kind }> => event.kind === kind)
}
