import type { Clock } from '../../core/clock.ts'
import { inTime } from '../../core/in-time.ts'
import { adapterOf, originalOf } from '../internals.ts'

/** A client by which accepted writes are brought into the database. */
export interface FlushClient {
  readonly client: object
  /**
   * Does what needs the client. While it is being closed nothing begins; what had begun and does not end is rejected then, for a driver that is
   * closed may leave it unanswered for ever.
   */
  use<T>(work: () => Promise<T>): Promise<T>
  /** Closes what was opened for it, after `others` that may share its connections, while nothing is under way. It may be used again afterwards. */
  close(others: () => Promise<void>): Promise<void>
}

interface Disconnectable {
  $disconnect(): Promise<void>
}

/** How long work that is under way is waited for. */
const closeMs = 1000

/**
 * With connections of its own where that is surely possible: transactions of the application that hold all of its pool may be waiting for
 * a flush. Each connection that is used by the flushers, one per partition, comes on top of the pool's.
 *
 * Source: `PrismaPg` makes a pool with each `connect`, unless it was given one (`externalPool`). Other adapters share what they have, and
 * some of them their only connection.
 */
export function openFlushClient(client: object, clock: Clock): FlushClient {
  const original = originalOf(client)
  const own = clientOfItsOwn(original, adapterOf(client))
  const underWay = new Set<Work>()
  let closing: Promise<void> | null = null

  async function closeAll(others: () => Promise<void>): Promise<void> {
    await inTime(Promise.all([...underWay].map(({ ended }) => ended)), closeMs, clock)
    for (const { cut } of underWay) cut(new Error('The client was closed meanwhile.'))
    underWay.clear()
    try {
      await others()
    } finally {
      await own?.$disconnect()
    }
  }

  return {
    client: own ?? original,
    async use(work) {
      while (closing) await closing.catch(() => {})
      return begun(work, underWay)
    },
    async close(others) {
      while (closing) await closing.catch(() => {})
      closing = closeAll(others).finally(() => {
        closing = null
      })
      await closing
    },
  }
}

interface Work {
  /** Never rejects. */
  readonly ended: Promise<void>
  readonly cut: (error: Error) => void
}

function begun<T>(work: () => Promise<T>, underWay: Set<Work>): Promise<T> {
  return new Promise((resolve, reject) => {
    const end = () => void underWay.delete(one)
    const ended = work().then(resolve, reject).then(end)
    const one: Work = { ended, cut: reject }
    underWay.add(one)
  })
}

function clientOfItsOwn(original: object, adapter: unknown): Disconnectable | null {
  if (!makesPools(adapter)) return null
  const Client = original.constructor as new (options: object) => Disconnectable
  return new Client({ adapter, errorFormat: 'minimal' })
}

function makesPools(adapter: unknown): boolean {
  if (typeof adapter !== 'object' || adapter === null) return false
  const { adapterName, externalPool } = adapter as Readonly<Record<string, unknown>>
  return adapterName === '@prisma/adapter-pg' && externalPool === null
}
