import { CacheError } from '../../core/errors.ts'
import { type Client, isCluster } from './client.ts'

/** The name of a command, then its arguments. */
export type Command = readonly [string, ...(string | number)[]]

interface Waiting {
  readonly command: Command
  readonly resolve: (reply: unknown) => void
  readonly reject: (error: unknown) => void
}

const batches = new WeakMap<Client, Waiting[]>()

/**
 * Sends a command together with all others of this tick: many queries that wait for the same thing cost one system call.
 *
 * Commands reach one server in the order of the calls. On a cluster, where keys have different homes, each goes by itself.
 */
export function send(client: Client, command: Command): Promise<unknown> {
  const [name, ...args] = command
  if (isCluster(client)) return client.call(name, ...args)
  return new Promise((resolve, reject) => {
    const batch = batches.get(client)
    if (batch) batch.push({ command, resolve, reject })
    else {
      batches.set(client, [{ command, resolve, reject }])
      // After the promises that are ready now: their continuations belong to the same tick.
      process.nextTick(flush, client)
    }
  })
}

/** Sends a command before anything else is done, for what must have left before the next step of a write. */
export function sendNow(client: Client, [name, ...args]: Command): Promise<unknown> {
  return client.call(name, ...args)
}

async function flush(client: Client): Promise<void> {
  const batch = batches.get(client) ?? []
  batches.delete(client)
  try {
    const replies = await client.pipeline(batch.map(({ command }) => [...command])).exec()
    for (const [i, { resolve, reject }] of batch.entries()) {
      const reply = replies?.[i]
      if (!reply) reject(new CacheError('STORE.UNAVAILABLE', 'Redis gave no reply to a command.'))
      else if (reply[0]) reject(reply[0])
      else resolve(reply[1])
    }
  } catch (error) {
    for (const { reject } of batch) reject(error)
  }
}
