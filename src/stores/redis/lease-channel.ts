import type { Clock } from '../../core/clock.ts'
import { createWatchers } from '../../core/lease-watch.ts'
import type { LeaseWatch, LoadOutcome } from '../../core/store.ts'
import { type Client, isCluster, openSubscriber } from './client.ts'
import type { Connection } from './connection.ts'
import { withDeadline } from './deadline.ts'
import { isTimeout } from './outage.ts'

/**
 * What other processes tell this one: the end of a lease, and news of accepted writes.
 *
 * A connection of its own, made when somebody first waits: a connection that subscribes can do nothing else. A message may
 * be lost; who waits looks again when the lease would have ended anyway.
 */
export interface LeaseChannel {
  watch(name: string): Promise<LeaseWatch>
  /** Calls `onMessage` with each message of a channel; returns what ends it. */
  listen(name: string, onMessage: (message: string) => void): () => void
  close(): Promise<void>
}

export interface LeaseChannelDeps {
  readonly connection: Connection
  readonly commandDeadlineMs: number
  readonly clock: Clock
}

export function createLeaseChannel({ connection, commandDeadlineMs, clock }: LeaseChannelDeps): LeaseChannel {
  const watchers = createWatchers(clock)
  let subscriber: Client | null = null
  /** Per channel, the subscription that everyone who watches it waits for. */
  const subscribed = new Map<string, Promise<unknown>>()
  const listeners = new Map<string, (message: string) => void>()

  function open(): Client {
    if (subscriber) return subscriber
    subscriber = openSubscriber(connection.client())
    subscriber.on('error', () => {})
    subscriber.on('message', (name: string, message: string) => {
      const listener = listeners.get(name)
      if (listener) listener(message)
      else watchers.wake(name, outcomeOf(message))
    })
    for (const name of listeners.keys()) subscriber.subscribe(name).catch(() => {})
    return subscriber
  }

  async function subscribe(client: Client, name: string): Promise<void> {
    try {
      await withDeadline(client.subscribe(name), commandDeadlineMs, clock)
    } catch (error) {
      // The kernel would trust a connection that is silently dead for minutes, and nothing else is sent over it.
      if (isTimeout(error) && !isCluster(client) && client === subscriber) client.disconnect(true)
    }
  }

  return {
    async watch(name) {
      const client = open()
      const watch = watchers.watch(name)
      const pending = subscribed.get(name) ?? subscribe(client, name)
      subscribed.set(name, pending)
      await pending
      return {
        released: watch.released,
        async close() {
          await watch.close()
          if (watchers.has(name) || !subscribed.delete(name)) return
          client.unsubscribe(name).catch(() => {})
        },
      }
    },
    listen(name, onMessage) {
      listeners.set(name, onMessage)
      if (subscriber) subscriber.subscribe(name).catch(() => {})
      else open()
      return () => {
        listeners.delete(name)
        subscriber?.unsubscribe(name).catch(() => {})
      }
    },
    async close() {
      subscriber?.disconnect()
      subscriber = null
      subscribed.clear()
      watchers.giveUp()
    },
  }
}

/** Anyone may publish; whoever wakes looks at the entry anyway. */
function outcomeOf(message: string): LoadOutcome {
  // Whatever another release may say, one that is woken can ask.
  return message === 'failed' || message === 'outdated' ? message : 'filled'
}
