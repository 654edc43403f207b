import type { StoredText } from '../../core/store.ts'
import { type Client, isCluster } from './client.ts'
import { type Gathered, gatheredOf, mayGather, type Sought } from './gather.ts'
import * as scripts from './scripts.ts'
import { send } from './send.ts'
import type { Guard } from './session.ts'
import { type Parts, readShared } from './shared-read.ts'

/** An entry, and the values of stamp keys and their fields in order; `null` where there is none. */
export interface Found {
  readonly entry: StoredText | null
  readonly values: readonly unknown[]
}

export interface Wanted {
  readonly sought: Sought
  /** Whether the remaining time of the entry is of interest. */
  readonly withAge: boolean
  /** Whether it comes after scripts that it must not overtake: one that the server has forgotten is sent again. */
  readonly isLast: boolean
  /** For every command. */
  readonly guard: Guard
}

/** How a server is asked, as it turned out: what it refused once is not tried again. */
type Way = 'gather' | 'script' | 'each'

const ways = new WeakMap<Client, Way>()

/**
 * One command where the server can read all keys in one: `SORT_RO`, or else a script, which costs it four times as much; one command for
 * each key where they may be on several servers.
 *
 * @param anchor a key for {@link readShared}.
 */
export function lookup(client: Client, wanted: Wanted, anchor: string): Promise<Found> {
  const way = isCluster(client) ? 'each' : (ways.get(client) ?? 'gather')
  if (way === 'each') return byEach(client, wanted)
  const { sought, isLast } = wanted
  return way === 'gather' && !isLast && mayGather(client, sought)
    ? byGathering(client, wanted, anchor, sought.parts)
    : byScript(client, wanted)
}

function byGathering(client: Client, wanted: Wanted, anchor: string, parts: Parts): Promise<Found> {
  const { sought, guard } = wanted
  // Before the entry: one that takes its place in between only seems older than it is.
  const remaining = wanted.withAge ? guard(send(client, ['pttl', sought.entryKey])) : null
  // It may fail before anybody waits for it: the other command leaves a little later.
  remaining?.catch(() => {})
  return readShared(client, anchor, parts, guard).then(
    (read) => {
      // The anchor was not there.
      if (!read) return byScript(client, wanted)
      const gathered = gatheredOf(sought, read)
      return remaining ? remaining.then((ms) => foundOf(gathered, Math.max(Number(ms), 0))) : foundOf(gathered, null)
    },
    (error: unknown) => {
      if (!isRefusal(error)) throw error
      ways.set(client, 'script')
      return byScript(client, wanted)
    },
  )
}

function foundOf({ text, values }: Gathered, remainingMs: number | null): Found {
  return { entry: typeof text === 'string' ? { text, remainingMs } : null, values }
}

/** The server answered that it does not do that, not for this user, or not with what somebody has put under the name of the anchor. */
function isRefusal(error: unknown): boolean {
  return error instanceof Error && error.name === 'ReplyError' && /^(ERR|NOPERM|WRONGTYPE)/.test(error.message)
}

function byScript(client: Client, wanted: Wanted): Promise<Found> {
  const { entryKey, stamps } = wanted.sought
  return wanted.guard(scripts.lookup(client, entryKey, stamps)).then(parsed, (error: unknown) => {
    if (!(error instanceof Error) || !error.message.startsWith('CROSSSLOT')) throw error
    // A node of a cluster, although the client that leads to it does not know.
    ways.set(client, 'each')
    return byEach(client, wanted)
  })
}

/** The reply of the script. */
function parsed(reply: string): Found {
  const end = reply.indexOf('\n')
  const [remaining, ...values] = (end < 0 ? reply : reply.slice(0, end)).split(' ')
  return {
    entry: end < 0 ? null : { text: reply.slice(end + 1), remainingMs: Math.max(Number(remaining), 0) },
    values: values.map((value) => (value === '-' ? null : value)),
  }
}

async function byEach(client: Client, { sought: { entryKey, stamps }, guard }: Wanted): Promise<Found> {
  const asked = [send(client, ['pttl', entryKey]), send(client, ['get', entryKey]), readEach(client, stamps)] as const
  const [remaining, text, values] = await guard(Promise.all(asked))
  const entry = typeof text === 'string' ? { text, remainingMs: Math.max(Number(remaining), 0) } : null
  return { entry, values }
}

/** The values of the keys and their fields, in order. */
export async function readEach(client: Client, { keys }: scripts.StampKeys): Promise<unknown[]> {
  const replies = keys.map(({ key, fields }) =>
    send(client, fields.length === 0 ? ['get', key] : ['hmget', key, ...fields]),
  )
  return (await Promise.all(replies)).flat()
}
