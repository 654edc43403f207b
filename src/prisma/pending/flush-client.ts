import { adapterOf, originalOf } from '../internals.ts'

/** A client by which accepted writes are brought into the database. */
export interface FlushClient {
  readonly client: object
  /** Closes what was opened for it. */
  close(): Promise<void>
}

interface Disconnectable {
  $disconnect(): Promise<void>
}

/**
 * With connections of its own where that is surely possible: transactions of the application that hold all of its pool may be waiting for
 * a flush. Each connection that is used by the flushers, one per partition, comes on top of the pool's.
 *
 * Source: `PrismaPg` makes a pool with each `connect`, unless it was given one (`externalPool`). Other adapters share what they have, and
 * some of them their only connection.
 */
export function openFlushClient(client: object): FlushClient {
  const original = originalOf(client)
  const adapter = adapterOf(client)
  if (!makesPools(adapter)) return { client: original, close: async () => {} }
  const Client = original.constructor as new (options: object) => Disconnectable
  const own = new Client({ adapter, errorFormat: 'minimal' })
  return { client: own, close: () => own.$disconnect() }
}

function makesPools(adapter: unknown): boolean {
  if (typeof adapter !== 'object' || adapter === null) return false
  const { adapterName, externalPool } = adapter as Readonly<Record<string, unknown>>
  return adapterName === '@prisma/adapter-pg' && externalPool === null
}
