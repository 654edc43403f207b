import { type Client, isCluster } from './client.ts'
import { unavailable } from './outage.ts'
import { Prepared } from './prepared.ts'

/** The name of a command, then its arguments. */
export type Command = readonly [string, ...(string | number)[]]

/** A socket, as far as it holds back what is written. */
interface Corkable {
  cork(): void
  uncork(): void
}

/** The sockets that hold back what was sent in this tick. */
const corked = new WeakMap<Client, Corkable>()

/**
 * Sends a command together with all others of this tick: many queries that wait for the same thing cost one system call.
 *
 * Commands reach one server in the order of the calls. On a cluster, where keys have different homes, each goes by itself.
 */
export function send(client: Client, command: Command | Prepared): Promise<unknown> {
  if (!isCluster(client) && !corked.has(client)) hold(client, client.stream)
  return transmit(client, command)
}

/** Sends a command before anything else is done, for what must have left before the next step of a write. */
export function sendNow(client: Client, command: Command | Prepared): Promise<unknown> {
  const reply = transmit(client, command)
  flush(client)
  return reply
}

function transmit(client: Client, command: Command | Prepared): Promise<unknown> {
  const reply =
    command instanceof Prepared ? command.sendBy(client) : client.call(...(command as [string, ...string[]]))
  return reply.then(notQueued)
}

/** Where its owner has a transaction open on a client that was given, everything is put off, and may never happen. */
function notQueued(reply: unknown): unknown {
  if (reply === 'QUEUED') throw unavailable('A transaction is open on the connection to Redis.')
  return reply
}

/** @param socket of now: the client makes another one when it connects again; absent before it connects. */
function hold(client: Client, socket: Corkable | undefined): void {
  if (!socket) return
  socket.cork()
  corked.set(client, socket)
  // After the promises that are ready now: their continuations belong to the same tick.
  process.nextTick(flush, client)
}

/** Lets go what was sent in this tick. */
export function flush(client: Client): void {
  const socket = corked.get(client)
  corked.delete(client)
  socket?.uncork()
}
