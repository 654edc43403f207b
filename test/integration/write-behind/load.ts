import { waitUntil } from '../../services/wait-until.ts'
import type { CachedClient } from '../cached-client.ts'
import { city } from './flushers.ts'

/** Writes that never stop coming, and what became of each. */
export interface Load {
  /** Ids of rows whose creation was acknowledged. */
  readonly created: readonly number[]
  /** By id of a row: what was added to its views. */
  readonly added: ReadonlyMap<number, number>
  /** Writes that were rejected: each may have been accepted all the same, once. */
  readonly unknown: { readonly created: readonly number[]; readonly added: ReadonlyMap<number, number> }
  readonly codes: ReadonlySet<unknown>
  /** Resolves when so many more were acknowledged. */
  more(count: number): Promise<void>
  stop(): Promise<void>
}

/** Each client increments the rows in turn, and creates one now and then; one write at a time. */
export function startLoad(clients: readonly CachedClient[], ids: readonly number[]): Load {
  const acknowledged = { created: [] as number[], added: new Map<number, number>() }
  const unknown = { created: [] as number[], added: new Map<number, number>() }
  const codes = new Set<unknown>()
  let nextId = 1_000
  let count = 0
  let isStopped = false

  async function write({ prisma }: CachedClient, turn: number): Promise<void> {
    const id = turn % 4 === 0 ? nextId++ : ids[turn % ids.length]!
    const isNew = id >= 1_000
    const by = 1 + (turn % 7)
    const note = (to: typeof acknowledged) => {
      if (isNew) to.created.push(id)
      else to.added.set(id, (to.added.get(id) ?? 0) + by)
    }
    try {
      if (isNew) await prisma.city.create({ data: city(id) })
      else await prisma.city.update({ where: { id }, data: { views: { increment: by } } })
      note(acknowledged)
      count += 1
    } catch (error) {
      note(unknown)
      codes.add((error as { code?: unknown }).code)
    }
  }

  async function run(client: CachedClient, first: number): Promise<void> {
    for (let turn = first; !isStopped; turn += 1) {
      await write(client, turn)
      // A rejection may come at once: others must get a turn.
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  const running = Promise.all(clients.map(run))
  return {
    ...acknowledged,
    unknown,
    codes,
    async more(wanted) {
      const goal = count + wanted
      await waitUntil(() => count >= goal, { what: 'more writes to be acknowledged', deadlineMs: 25_000 })
    },
    async stop() {
      isStopped = true
      await running
    },
  }
}

/** What the rows show of the load that is wrong: nothing, if all that was acknowledged is there once. */
export async function faultsOf({ created, added, unknown }: Load, { base }: CachedClient): Promise<readonly string[]> {
  const rows = new Map((await base.city.findMany()).map((row) => [row.id, row.views]))
  const known = new Set([...created, ...unknown.created])
  const lost = created.filter((id) => !rows.has(id)).map((id) => `${id} was created and is lost`)
  const strange = [...rows.keys()].filter((id) => id >= 1_000 && !known.has(id)).map((id) => `nobody created ${id}`)
  const sums = [...added].flatMap(([id, sum]) => {
    const [views, most] = [rows.get(id)!, sum + (unknown.added.get(id) ?? 0)]
    return views >= sum && views <= most ? [] : [`${id} has ${views} views, not ${sum} to ${most}`]
  })
  return [...lost, ...strange, ...sums]
}
