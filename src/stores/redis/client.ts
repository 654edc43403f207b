import { type Cluster, Redis, type RedisOptions } from 'ioredis'
import { isIoredis } from '../../core/config/redis-source.ts'

/** A connection to one Redis server, or to a cluster of them. */
export type Client = Redis | Cluster

/** What a user may give: a URL, options, or a client of their own. */
export type ClientSource = string | object

export interface OpenedClient {
  readonly client: Client
  /** Whether this plugin made it, and therefore closes it. */
  readonly owned: boolean
}

/** The longest pause between two attempts to connect. */
export const reconnectMsMax = 500

/** Reconnection: 50 ms, doubling up to {@link reconnectMsMax}, spread by a fifth so that processes do not return in one wave. */
function retryDelayMs(attempt: number): number {
  return Math.min(50 * 2 ** Math.min(attempt - 1, 10), reconnectMsMax) * (0.8 + Math.random() * 0.2)
}

/**
 * Commands fail at once while there is no connection: a cache that waits is worse than none. Nothing is sent twice, so
 * that a reply always comes from the server that was asked.
 */
const ourOptions = {
  lazyConnect: true,
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  connectTimeout: 1000,
  // Of a connection on which nothing comes back, not even its end.
  disconnectTimeout: 100,
  retryStrategy: retryDelayMs,
  connectionName: 'prisma-cache-plugin',
} satisfies RedisOptions

export function openClient(source: ClientSource): OpenedClient {
  if (typeof source === 'string') return { client: letEnd(new Redis(source, ourOptions)), owned: true }
  if (isClient(source)) {
    // Replicas lag: what they say of a stamp may be older than a write that was acknowledged.
    const asksReplicas = isCluster(source) && (source.options.scaleReads ?? 'master') !== 'master'
    if (asksReplicas) return { client: source.duplicate([], { scaleReads: 'master' }), owned: true }
    return { client: source, owned: false }
  }
  return { client: letEnd(new Redis({ ...source, ...ourOptions })), owned: true }
}

/**
 * Neither its connection nor the wait for the next one keeps the process from ending: whoever waits for an answer has a deadline, and that does.
 * Of a cluster both do.
 *
 * Source: `stream`, and `reconnectTimeout` in `closeHandler`, of ioredis 6; the event comes after that is set. A client that is made from one of the
 * user's may be of another copy, which has others.
 */
function letEnd(client: Redis): Redis {
  const keeping = client as unknown as { readonly stream?: Waiting; readonly reconnectTimeout?: Waiting | null }
  client.on('connect', () => keeping.stream?.unref?.())
  client.on('reconnecting', () => keeping.reconnectTimeout?.unref?.())
  return client
}

/** A socket, or a timer. */
interface Waiting {
  readonly unref?: () => unknown
}

/**
 * Chooses the database again: when the first choice is refused, ioredis goes on with database 0 and nobody is told.
 *
 * A client that the user gave may have been moved on purpose, and stays where it is.
 */
export async function confirmDatabase({ client, owned }: OpenedClient): Promise<void> {
  if (!owned || isCluster(client) || !client.options.db) return
  await client.select(client.options.db)
}

/**
 * Asks a cluster who its masters are. By itself it asks only when a command was sent elsewhere, and nothing is sent to one that is out of reach: after a
 * failover it would go on with a master that is a replica now.
 *
 * Source: `refreshSlotsCache` of ioredis, which asks one node after the other.
 */
export async function renewNodes(client: Client): Promise<void> {
  if (!isCluster(client)) return
  await new Promise<void>((resolve, reject) => {
    client.refreshSlotsCache((error) => (error ? reject(error) : resolve()))
  })
}

/** A second connection to the same place, for subscriptions. Always ours to close. A key prefix leaves channels alone. */
export function openSubscriber(client: Client): Client {
  // Without options: any that were given here for the nodes would replace password and TLS.
  if (isCluster(client)) return client.duplicate([])
  return letEnd(
    client.duplicate({
      lazyConnect: true,
      retryStrategy: retryDelayMs,
      enableOfflineQueue: true,
      maxRetriesPerRequest: 1,
      autoResubscribe: true,
    }),
  )
}

export function isCluster(client: Client): client is Cluster {
  return 'isCluster' in client && client.isCluster === true
}

function isClient(source: object): source is Client {
  return isIoredis(source)
}
