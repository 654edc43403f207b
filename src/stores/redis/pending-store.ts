import type { MakeNonce } from '../../core/nonce.ts'
import { partitionOf } from '../../core/pending-names.ts'
import type {
  AcceptAnswer,
  Backlog,
  Page,
  Partition,
  PendingEntry,
  PendingNews,
  PendingStore,
  StoredDeadLetter,
} from '../../core/pending-store.ts'
import { firstEntries } from '../first-entries.ts'
import type { Client } from './client.ts'
import type { Connection } from './connection.ts'
import { isKeptAsAsked, readDurability } from './durability.ts'
import type { Keys } from './keys.ts'
import type { LeaseChannel } from './lease-channel.ts'
import { unavailable } from './outage.ts'
import * as scripts from './pending-scripts.ts'
import { send } from './send.ts'

export interface PendingStoreDeps {
  readonly connection: Connection
  readonly channel: LeaseChannel
  readonly keys: Keys
  readonly makeNonce: MakeNonce
  readonly commandDeadlineMs: number
}

/** Accepted writes in Redis Streams: one per partition, all in the slot of their model. */
export function createPendingStore(deps: PendingStoreDeps): PendingStore {
  const { connection, channel, keys, makeNonce, commandDeadlineMs } = deps
  const keysOf = (model: string) => keys.pending(model)
  /** Writes in an entry, as they were last: so that not many more are read than are wanted. */
  let perEntry = 8
  const entriesFor = (writes: number) => Math.ceil(writes / perEntry) + 1
  const publish = (client: Client, model: string, news: PendingNews) =>
    send(client, ['publish', keysOf(model).news, newsText(news)])

  const lead = ({ model, number }: Partition, { token, ...asked }: scripts.Lead) =>
    connection.run((client, server) =>
      scripts.lead(client, keysOf(model).lead(number), { token: tokenOn(server, token), ...asked }),
    )

  return {
    accept: (group) =>
      connection.run(async (client, server) => {
        // A root that was made on another server is missing, whatever the hash holds.
        if (!group.root.startsWith(`${server}:`)) return { kind: 'changed' }
        const [reply, isKept] = await Promise.all([
          scripts.accept(client, { server, nonce: makeNonce(), group, keys }),
          isKeptAsAsked(client, group.durability, commandDeadlineMs),
        ])
        return acceptAnswer(reply, isKept)
      }),

    backlog: (model) =>
      connection.run(async (client) => {
        const { state, stream } = keysOf(model)
        const [writes, partitions] = (await send(client, ['hmget', state, 'backlog', 'partitions'])) as unknown[]
        const backlog = { writes: Number(writes ?? 0), partitions: Number(partitions ?? 1), latest: [] }
        if (backlog.writes === 0) return backlog
        const latest = async (number: number): Promise<Backlog['latest']> => {
          const [last] = (await send(client, ['xrevrange', stream(number), '+', '-', 'COUNT', 1])) as [string][]
          return last ? [{ number, entry: last[0] }] : []
        }
        const numbers = Array.from({ length: backlog.partitions }, (_, number) => number)
        return { ...backlog, latest: (await Promise.all(numbers.map(latest))).flat() }
      }),

    oldest: ({ model, number }, writes, after = null) =>
      connection.run(async (client): Promise<Page> => {
        const { stream, dead, aside } = keysOf(model)
        const count = entriesFor(writes)
        const from = after === null ? '-' : `(${after}`
        const [found, blocked, set] = await Promise.all([
          send(client, ['xrange', stream(number), from, '+', 'COUNT', count]),
          readHash(client, dead),
          send(client, ['smembers', aside]),
        ])
        const all = (found as [string, string[]][]).map(([id, fields]) => readEntry(id, fields))
        if (all.length > 0) perEntry = all.reduce((sum, entry) => sum + entry.writes.length, 0) / all.length
        const entries = firstEntries(all, writes)
        return {
          entries,
          isLast: entries.length === all.length && all.length < count,
          blocked: new Map(Object.entries(blocked).map(([row, text]) => [row, text.slice(0, text.indexOf('\n'))])),
          aside: new Set(set as string[]),
        }
      }),

    first: ({ model, number }) =>
      connection.run(async (client) => {
        const found = await send(client, ['xrange', keysOf(model).stream(number), '-', '+', 'COUNT', 1])
        return (found as [string][])[0]?.[0] ?? null
      }),

    settle: ({ model, number }, settled) =>
      connection.run(async (client) => {
        const news = { kind: 'settled', number, entry: settled.at(-1)!.id } as const
        const settling = scripts.settle(client, keysOf(model), { number, settled })
        const [absent] = await Promise.all([settling, publish(client, model, news)])
        // Where the server lost an entry that is applied now, what answers for its rows was made without it.
        const guards = absent.flatMap((place) => settled[place]!.guards())
        if (guards.length > 0) await send(client, ['unlink', ...scripts.keysOf(guards, keys)])
      }),

    openGate: (model, id, leaseMs) => connection.run((client) => scripts.openGate(client, keysOf(model), id, leaseMs)),
    closeGate: (model, id) =>
      connection.run(async (client) => void (await send(client, ['zrem', keysOf(model).gates, id]))),

    lead: (partition, token, leaseMs) => lead(partition, { token, leaseMs, how: 'take' }),
    keepLead: (partition, token, leaseMs) => lead(partition, { token, leaseMs, how: 'keep' }),
    resign: ({ model, number }, token) =>
      connection.run((client, server) => resign(client, keysOf(model).lead(number), tokenOn(server, token))),

    setAside: ({ model, number }, token, write) =>
      connection.run(async (client, server) => {
        const ask = { model, number, token: tokenOn(server, token), write }
        const setting = scripts.setAside(client, keys, ask)
        const [word, isKept] = await Promise.all([setting, isKeptAsAsked(client, write.durability, commandDeadlineMs)])
        if (!isKept) throw unavailable('Redis did not confirm that a write was set aside.')
        return word === 'ASIDE' ? 'set-aside' : word === 'NOT-LEADING' ? 'not-leading' : 'not-blocked'
      }),
    deadLetters: (model) => connection.run((client) => deadLetters(client, model, keys)),
    isBlocked: (model, rows) =>
      connection.run(async (client) => {
        const found = (await send(client, ['hmget', keysOf(model).dead, ...rows])) as unknown[]
        return found.some((letter) => letter !== null)
      }),
    release: (model, { id, row }, fate, { guards, durability }) =>
      connection.run(async (client, server) => {
        for (;;) {
          const partitions = Number((await send(client, ['hget', keysOf(model).state, 'partitions'])) ?? 1)
          const number = partitionOf(row, partitions)
          const ask = { model, row, id, fate, guards, server, nonce: makeNonce(), partitions, number }
          const releasing = scripts.release(client, keys, ask)
          const [word, isKept] = await Promise.all([releasing, isKeptAsAsked(client, durability, commandDeadlineMs)])
          if (!isKept) throw unavailable('Redis did not confirm that a dead letter was released.')
          if (word !== 'PARTITIONED') return word === 'RELEASED' ? 'released' : word === 'BUSY' ? 'busy' : 'absent'
        }
      }),
    isNewServer: (model) =>
      connection.run(async (client, server) => {
        const { state } = keysOf(model)
        return (await send(client, ['hget', state, 'looked'])) !== server
      }),
    knowServer: (model) =>
      connection.run(async (client, server) => {
        await send(client, ['hset', keysOf(model).state, 'looked', server])
      }),

    databaseOf: (model, database) =>
      connection.run(async (client) => {
        const { state } = keysOf(model)
        // Redis refuses HSETNX when it is out of memory, whether there is something to set or not.
        const known = await send(client, ['hget', state, 'database'])
        if (known !== null) return String(known)
        // One after the other on one connection.
        const [, kept] = await Promise.all([
          send(client, ['hsetnx', state, 'database', database]),
          send(client, ['hget', state, 'database']),
        ])
        return String(kept)
      }),

    nudge: (model) => connection.run(async (client) => void (await publish(client, model, { kind: 'nudged' }))),
    listen: (model, onNews) =>
      channel.listen(keysOf(model).news, (message) => {
        const news = parseNews(message)
        if (news) onNews(news)
      }),

    // The first thing that a write asks for: of a process that starts, whose machine may be busy with others that do.
    durability: () => connection.runOnceOpen(readDurability),
  }
}

function acceptAnswer([word, told, ...verdicts]: readonly (string | number)[], isDurable: boolean): AcceptAnswer {
  switch (word) {
    case 'ACCEPTED': {
      const refused = verdicts.flatMap((verdict, i) =>
        verdict === '' ? [] : [[i, verdict === 'T' ? 'taken' : 'changed'] as const],
      )
      return { kind: 'accepted', backlog: Number(told), refused: new Map(refused), isDurable }
    }
    case 'PARTITIONED':
      return { kind: 'partitioned', partitions: Number(told) }
    case 'GATED':
      return { kind: 'gated', gates: [told, ...verdicts].map(String) }
    case 'FULL':
      return { kind: 'full' }
    default:
      return { kind: 'changed' }
  }
}

/** Between the writes of an entry: as one text they are read in a third of the time. */
const writeSeparator = '\u001e'

function readEntry(id: string, fields: readonly string[]): PendingEntry {
  const field = (name: string) => fields[fields.indexOf(name) + 1]!
  return { id, life: field('life'), writes: field('writes').split(writeSeparator) }
}

/** `nudged`, or `settled 0 1764040000000-0`. */
function newsText(news: PendingNews): string {
  return news.kind === 'nudged' ? news.kind : `${news.kind} ${news.number} ${news.entry}`
}

/** `null` for what is not {@link newsText}. */
function parseNews(text: string): PendingNews | null {
  const [kind, number, entry] = text.split(' ')
  if (kind === 'nudged') return { kind }
  return kind === 'settled' && entry !== undefined ? { kind, number: Number(number), entry } : null
}

/** A lead that a promoted replica remembers was not taken there. */
function tokenOn(server: string, token: string): string {
  return `${server}.${token}`
}

/** A lead that is another's by now stays. */
async function resign(client: Client, key: string, token: string): Promise<void> {
  if ((await send(client, ['get', key])) === token) await send(client, ['unlink', key])
}

async function deadLetters(client: Client, model: string, keys: Keys): Promise<readonly StoredDeadLetter[]> {
  const { dead, parked } = keys.pending(model)
  const read = async ([row, text]: [string, string]): Promise<StoredDeadLetter> => {
    const end = text.indexOf('\n')
    const writes = (await send(client, ['lrange', parked(row), 0, -1])) as string[]
    return { id: text.slice(0, end), row, failure: text.slice(end + 1), writes }
  }
  return Promise.all(Object.entries(await readHash(client, dead)).map(read))
}

/** ioredis makes an object of this reply. */
async function readHash(client: Client, key: string): Promise<Readonly<Record<string, string>>> {
  return (await send(client, ['hgetall', key])) as Record<string, string>
}
