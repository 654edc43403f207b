import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { Transform } from 'node:stream'
import { stopLater } from '../../../services/cleanup.ts'

export interface Forwarder {
  readonly url: string
  readonly port: number
  /** Cuts every connection; new ones go to `port`. */
  forwardTo(port: number): void
  /** Cuts every connection; new ones are cut as well. */
  cut(): void
  /** Nothing comes through the connections that are there any more, not even their end. New ones are as before. */
  forget(): void
}

/** An address that stays while the server behind it changes, as that of a managed Redis does in a failover. */
export async function startForwarder(
  port: number,
  { delayMs = 0 }: { readonly delayMs?: number } = {},
): Promise<Forwarder> {
  let target: number | null = port
  const sockets = new Set<Socket>()
  const keep = (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => sockets.delete(socket))
    return socket
  }
  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }
  let pairs: [Socket, Socket][] = []
  const server = createServer((incoming): void => {
    if (target === null) return void incoming.destroy()
    const outgoing = keep(connect(target, '127.0.0.1'))
    keep(incoming).pipe(slowed(delayMs)).pipe(outgoing).pipe(slowed(delayMs)).pipe(incoming)
    incoming.on('close', () => outgoing.destroy())
    outgoing.on('close', () => incoming.destroy())
    pairs.push([incoming, outgoing])
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  stopLater(async () => {
    server.close()
    cut()
  })
  const own = (server.address() as AddressInfo).port
  return {
    url: `redis://127.0.0.1:${own}`,
    port: own,
    forwardTo(next) {
      target = next
      cut()
    },
    cut() {
      target = null
      cut()
    },
    forget() {
      for (const pair of pairs) {
        for (const socket of pair) {
          socket.unpipe()
          socket.resume()
          socket.removeAllListeners('close')
        }
      }
      pairs = []
    },
  }
}

/** A link as long as `delayMs` says, one way. */
function slowed(delayMs: number): Transform {
  return new Transform({
    transform(chunk, _, done) {
      if (delayMs === 0) done(null, chunk)
      else setTimeout(done, delayMs, null, chunk)
    },
  })
}
