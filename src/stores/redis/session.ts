import type { Clock, Timer } from '../../core/clock.ts'
import type { Report } from '../../core/events.ts'
import { type Client, type ClientSource, confirmDatabase, openClient, renewNodes } from './client.ts'
import { withDeadline } from './deadline.ts'
import { connectMaxMs, type Health, preparingCommands, probeEveryMs } from './health.ts'
import { readIdentity } from './identity.ts'
import { listen } from './listen.ts'
import { explained, isOutage, isTimeout, reasonOf, saysReplica, silentlyDead, unavailable } from './outage.ts'

/**
 * One connection to Redis, from opening to closing: says no at once when there is none, and lets nothing through before the
 * server has been looked at.
 *
 * - `opening`  the first connection is under way; commands wait for it, at most one deadline.
 * - `serving`  commands run, each within the deadline. Leaves when the connection closes, after three outages in a row, and
 *              when the server turns out to be another one or a replica.
 * - `down`     commands are refused. Leaves when a probe, alone, has read the server's identity and prepared it.
 * - `closed`   final.
 */
export interface Session {
  run<T>(command: (client: Client, identity: string) => Promise<T>): Promise<T>
  /** The same for what may share commands with others: it guards what it sends, which here it does not. */
  share<T>(commands: (client: Client, identity: string, guard: Guard) => Promise<T>): Promise<T>
  /** The same as `run`, for who would rather wait for an opening, as long as one may last, than do without. */
  runOnceOpen<T>(command: (client: Client, identity: string) => Promise<T>): Promise<T>
  /** Looks at the server again when it is no longer the one that was looked at; the connection alone does not always tell. */
  verify(): Promise<void>
  /** Whether commands run at once. */
  isServing(): boolean
  /** Whether what the server holds is not to be served: there was an outage until a moment ago, or there may be one. */
  isRecovering(): boolean
  /** The client, for a subscriber to be made from. */
  client(): Client
  close(): Promise<void>
}

/** Gives a command its deadline, and lets no answer pass that came over another connection than the command left by. */
export type Guard = <T>(command: Promise<T>) => Promise<T>

export interface SessionDeps {
  readonly source: ClientSource
  readonly commandDeadlineMs: number
  readonly clock: Clock
  readonly report: Report
  /**
   * What must be done on a server before it may serve (again), in {@link preparingCommands} at most, one after the other. Runs whenever the server
   * may be another one than before.
   */
  readonly prepare: (client: Client, server: FoundServer) => Promise<void>
}

export interface FoundServer {
  readonly identity: string
  /** Whether another one has served this process last. */
  readonly isOther: boolean
}

/** The server that has served last, over all sessions; '' before there was one. */
export interface LastServer {
  identity: string
}

const failuresMax = 3
export function openSession(
  { source, commandDeadlineMs, clock, report, prepare }: SessionDeps,
  health: Health,
  last: LastServer,
): Session {
  health.opened()
  const { client, owned } = openClient(source)
  let state: 'opening' | 'serving' | 'down' | 'closed' = 'opening'
  /** Counts the connections: a reply that comes over another one than the command left by is not an answer. */
  let epoch = 0
  let guard = { epoch, of: guardFrom(epoch) }
  let probeTimer: Timer | undefined
  let looking = false
  let connectedAtMs = clock.nowMs()
  let downSinceMs = clock.nowMs()
  /** What the client has said last of why it has no connection. */
  let lastError: unknown
  let markReady = () => {}
  const ready = new Promise<void>((resolve) => {
    markReady = resolve
  })

  const stopListening = listen(client, {
    connect: () => {
      connectedAtMs = clock.nowMs()
    },
    ready: () => {
      lastError = undefined
      markReady()
      void probe()
    },
    close: () => serverMayChange('The connection to Redis closed', lastError),
    end: () => serverMayChange('The connection to Redis ended', lastError),
    '+node': onTopology,
    '-node': onTopology,
    // Without a listener ioredis prints every error.
    error: (error) => {
      lastError = error
    },
  })
  let markServing = () => {}
  const firstServed = withDeadline(
    new Promise<void>((resolve) => {
      markServing = resolve
    }),
    connectMaxMs,
    clock,
  ).catch(() => {})
  const firstLook = withDeadline(connectAndLook(), connectMaxMs, clock).catch(goDown)

  async function connectAndLook(): Promise<void> {
    if (client.status === 'end') throw unavailable('The Redis client that was given has ended.')
    if (client.status === 'wait') await client.connect()
    else if (client.status !== 'ready') await ready
    // Once it took too long, looking is the business of the probe.
    if (state === 'opening') await look()
  }

  function serverMayChange(message: string, cause?: unknown) {
    epoch += 1
    const why = reasonOf(cause)
    goDown(unavailable(why === '' ? `${message}.` : `${message}: ${why}`, cause))
  }

  function onTopology() {
    epoch += 1
    if (state === 'serving') goDown(unavailable('The nodes of the cluster changed.'))
    void probe()
  }

  function goDown(error: unknown) {
    if (state === 'closed') return
    if (state !== 'down') {
      state = 'down'
      downSinceMs = clock.nowMs()
      report({ kind: 'store-unavailable', error })
    }
    probeLater()
  }

  function probeLater() {
    probeTimer?.cancel()
    probeTimer = clock.inBackground(probeEveryMs, () => void probe())
  }

  async function probe(): Promise<void> {
    if (state !== 'down') return
    if (looking) return probeLater()
    try {
      if (client.status === 'ready') await look()
      else if (client.status === 'connect' && clock.nowMs() - connectedAtMs > connectMaxMs) throw silentlyDead()
    } catch (error) {
      // The kernel would trust a connection that is silently dead for minutes, and a replica stays one: make a new one.
      if (owned && state === 'down' && (isTimeout(error) || saysReplica(error))) client.disconnect(true)
    }
    if (state === 'down' && client.status !== 'end') probeLater()
  }

  /** Reads who the server is and prepares it; then commands may run. */
  async function look(): Promise<void> {
    looking = true
    try {
      await withDeadline(renewNodes(client), commandDeadlineMs, clock)
      const startedEpoch = epoch
      await withDeadline(confirmDatabase({ client, owned }), commandDeadlineMs, clock)
      const found = await withDeadline(readIdentity(client), commandDeadlineMs, clock)
      const isOther = last.identity !== '' && last.identity !== found
      await withDeadline(prepare(client, { identity: found, isOther }), preparingCommands * commandDeadlineMs, clock)
      if (startedEpoch !== epoch || state === 'closed') throw changed()
      // Only now: what was sent to prepare it may have reached another one, where the connection broke meanwhile.
      last.identity = found
    } finally {
      looking = false
    }
    if (state === 'down') report({ kind: 'store-recovered', downMs: clock.nowMs() - downSinceMs })
    health.answered({ isBack: state === 'down' })
    state = 'serving'
    markServing()
  }

  /** Not an async function where it need not be: every lookup comes by. */
  function share<T>(commands: (client: Client, identity: string, guard: Guard) => Promise<T>): Promise<T> {
    return state === 'serving' ? commands(client, last.identity, guardOf(epoch)) : shareWhenOpen(commands)
  }

  async function shareWhenOpen<T>(commands: Parameters<typeof share<T>>[0]): Promise<T> {
    if (state === 'opening') await withDeadline(firstLook, commandDeadlineMs, clock)
    if (state !== 'serving') throw unavailable('Redis is out of reach; a probe looks for it.')
    return commands(client, last.identity, guardOf(epoch))
  }

  function run<T>(command: (client: Client, identity: string) => Promise<T>): Promise<T> {
    return share((client, identity, guard) => guard(command(client, identity)))
  }

  /** The same one for all commands of this session that leave by the same connection. */
  function guardOf(epochNow: number): Guard {
    if (guard.epoch !== epochNow) guard = { epoch: epochNow, of: guardFrom(epochNow) }
    return guard.of
  }

  function guardFrom(startedEpoch: number): Guard {
    return (command) => {
      const startedMs = clock.nowMs()
      return withDeadline(command, commandDeadlineMs, clock, {
        answered() {
          if (startedEpoch !== epoch) throw changed()
          health.answered()
        },
        failed(error) {
          if (startedEpoch === epoch) countFailure(error, startedMs)
          return explained(error)
        },
      })
    }
  }

  function countFailure(error: unknown, startedMs: number) {
    if (isOutage(error)) health.failed(startedMs)
    // Refused, but answered.
    else if (error instanceof Error && error.name === 'ReplyError') health.answered()
    if (saysReplica(error)) epoch += 1
    if (saysReplica(error) || health.failuresInARow() >= failuresMax) goDown(error)
  }

  return {
    run,
    share,
    runOnceOpen: (command) => firstServed.then(() => run(command)),
    isServing: () => state === 'serving',
    // While it serves, the next answer will tell, of whoever asks for something else; while it is down, commands are refused anyway.
    isRecovering: () => health.isRecovering() || (state === 'serving' && health.isInDoubt()),
    client: () => client,

    async verify() {
      const { found, known } = await run(async (_, known) => ({ found: await readIdentity(client), known }))
      if (found === known) return
      serverMayChange('Redis is no longer the server that it was')
      await probe()
    },

    async close() {
      state = 'closed'
      markServing()
      probeTimer?.cancel()
      stopListening()
      if (!owned) return
      client.on('error', () => {})
      if (client.status === 'ready') await withDeadline(client.quit(), commandDeadlineMs, clock).catch(() => {})
      client.disconnect()
    },
  }
}

function changed() {
  return unavailable('The connection to Redis changed meanwhile.')
}
