import { randomUUID } from 'node:crypto'
import { type Clock, systemClock } from '../../../../src/core/clock.ts'
import type { CacheEvent } from '../../../../src/core/events.ts'
import { createNonceSource } from '../../../../src/core/nonce.ts'
import type { Store } from '../../../../src/core/store.ts'
import type { ClientSource } from '../../../../src/stores/redis/client.ts'
import { createRedisStore, type RedisStoreDeps } from '../../../../src/stores/redis/redis-store.ts'
import { stopLater } from '../../../services/cleanup.ts'
import { waitUntil } from '../../../services/wait-until.ts'

export interface OpenedStore {
  readonly store: Store
  readonly namespace: string
  readonly events: CacheEvent[]
  /** The kinds of events so far, `store-` left out. */
  kinds(): string[]
  /** Waits until commands get through. */
  recovered(): Promise<void>
}

/** Models whose tables are called as they are. */
export function tables(models: readonly string[]): ReadonlyMap<string, string> {
  return new Map(models.map((model) => [model, model]))
}

/** A store as one process has it; closed after the test. */
export function openStore(
  source: ClientSource,
  options: Partial<RedisStoreDeps> & { clock?: Clock } = {},
): OpenedStore {
  const namespace = options.namespace ?? `test-${randomUUID()}`
  const events: CacheEvent[] = []
  const store = createRedisStore({
    source,
    models: tables(['City', 'Country']),
    // Far above what an answer takes, for machines that are busy with other tests.
    commandDeadlineMs: 1_000,
    leaseMs: 10_000,
    clock: systemClock,
    makeNonce: createNonceSource(),
    report: (event) => events.push(event),
    ...options,
    namespace,
  })
  stopLater(() => store.close())
  return {
    store,
    namespace,
    events,
    kinds: () => events.map(({ kind }) => kind.replace('store-', '')),
    recovered: async () => {
      await waitUntil(async () => (await store.stamps([])) !== undefined, { what: 'the store to recover' })
    },
  }
}
