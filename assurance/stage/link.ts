import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { stopLater } from '../../test/services/cleanup.ts'

/**
 * The network between one process and a server: an address that stays, and a way behind it that can be harmed.
 *
 * - *open*        what is sent arrives, `delayMs` later. Leaves by `stall` and `swallow`.
 * - *stalled*     what is sent is kept, and arrives when the link heals: a gap that TCP bridges by sending again.
 * - *swallowing*  what is sent is lost and nobody is told, as behind a firewall that has forgotten its connections. Those
 *                 of now never hear anything again, not even once the link has healed; new ones work then.
 */
export interface Link {
  readonly port: number
  readonly url: string
  /** Milliseconds by which everything arrives later, each way. */
  delay(delayMs: number): void
  stall(): void
  swallow(): void
  heal(): void
  /** Ends every connection by a reset, which is how the other end hears of it. */
  reset(): void
  /** Ends every connection; new ones go to `port`. */
  forwardTo(port: number): void
  /** So far. */
  counts(): LinkCounts
  close(): Promise<void>
}

export interface LinkCounts {
  readonly connections: number
  readonly resets: number
  readonly swallowedBytes: number
}

type Mode = 'open' | 'stalled' | 'swallowing'

export async function startLink(port: number): Promise<Link> {
  let [target, mode, delayMs] = [port, 'open' as Mode, 0]
  const pairs = new Set<Pair>()
  const counts = { connections: 0, resets: 0, swallowedBytes: 0 }
  const end = (how: (socket: Socket) => void) => {
    for (const { sockets } of pairs) sockets.forEach(how)
  }

  const server = createServer({ allowHalfOpen: true }, (incoming) => {
    counts.connections += 1
    const outgoing = connect({ port: target, host: '127.0.0.1', allowHalfOpen: true })
    const pair: Pair = { sockets: [incoming, outgoing], isLost: mode === 'swallowing', pumps: [] }
    pairs.add(pair)
    for (const [from, to] of [
      [incoming, outgoing],
      [outgoing, incoming],
    ] as const) {
      const way = oneWay(to, () => mode)
      pair.pumps.push(way.pump)
      from.setNoDelay(true)
      from.on('error', () => from.destroy())
      from.on('data', (chunk) => {
        if (pair.isLost) counts.swallowedBytes += chunk.length
        else way.send(chunk, delayMs)
      })
      // Behind a link that loses everything nobody answers the end of a connection.
      from.on('end', () => {
        if (!pair.isLost) from.destroy()
      })
      from.on('close', () => {
        // Behind a link that loses everything the other end does not hear of it.
        if (!pair.isLost) way.send(null, delayMs)
        if (pair.sockets.every(({ destroyed }) => destroyed)) pairs.delete(pair)
      })
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const close = stopLater(async () => {
    server.close()
    end((socket) => socket.destroy())
  })
  const own = (server.address() as AddressInfo).port

  return {
    port: own,
    url: `redis://127.0.0.1:${own}`,
    delay(ms) {
      delayMs = ms
    },
    stall() {
      mode = 'stalled'
    },
    swallow() {
      mode = 'swallowing'
      for (const pair of pairs) pair.isLost = true
    },
    heal() {
      mode = 'open'
      for (const { pumps } of pairs) for (const pump of pumps) pump()
    },
    reset() {
      counts.resets += pairs.size
      end((socket) => socket.resetAndDestroy())
    },
    forwardTo(next) {
      target = next
      end((socket) => socket.destroy())
    },
    counts: () => ({ ...counts }),
    close,
  }
}

interface Pair {
  readonly sockets: readonly [Socket, Socket]
  isLost: boolean
  readonly pumps: (() => void)[]
}

/** A line of chunks on their way, each with the moment at which it arrives; `null` is the end of the connection. */
function oneWay(to: Socket, mode: () => Mode) {
  const line: { readonly chunk: Buffer | null; readonly dueMs: number }[] = []

  function pump() {
    while (mode() === 'open' && line.length > 0) {
      const leftMs = line[0]!.dueMs - performance.now()
      if (leftMs > 0) return void setTimeout(pump, leftMs)
      const { chunk } = line.shift()!
      if (chunk === null) to.destroy()
      else if (!to.destroyed) to.write(chunk)
    }
  }

  return {
    pump,
    send(chunk: Buffer | null, delayMs: number) {
      // Never before what was sent earlier, whatever the delay was then.
      line.push({ chunk, dueMs: Math.max(performance.now() + delayMs, line.at(-1)?.dueMs ?? 0) })
      if (line.length === 1) pump()
    },
  }
}
