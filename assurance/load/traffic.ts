import { setTimeout as delay } from 'node:timers/promises'
import { seededRandom } from '../../examples/shared/random.ts'
import { drawByWeight } from '../../examples/shared/weighted.ts'
import type { CachedRows, Seen } from './cached-rows.ts'
import type { RequestRecord } from './record-log.ts'
import { groups, nameOfRow, type Row, type RowModel, rowModels, rowsPerGroup } from './rows.ts'

export interface TrafficOptions {
  readonly rows: CachedRows
  readonly nowNs: () => number
  readonly record: (record: RequestRecord) => void
  /** Another one per process. */
  readonly seed: number
  readonly role: Role
}

/** A process that only reads owes nobody an invalidation, and so is served from the cache again before others. */
export type Role = 'reads and writes' | 'reads'

/** What the load is made of. `pauseMs` is how long each of the loops of a process waits between two requests, on average. */
export const mix = { loops: 4, pauseMs: 8, writePercent: 6, groupPercent: 20, transactionPercent: 20 } as const

export interface Traffic {
  /** Ends once nothing is under way, or after `limitMs`; returns how many requests never had an answer. */
  stop(limitMs: number): Promise<number>
}

/** Reads and writes in closed loops: rows by Zipf's law (s = 1), lists of ten rows by the same, now and then a write. */
export function startTraffic({ rows, nowNs, record, seed, role }: TrafficOptions): Traffic {
  const random = seededRandom(seed)
  const zipf = <T>(items: readonly T[]) => drawByWeight(items, (_, at) => 1 / (at + 1), random)
  // Scattered, so that what is popular is not in one list.
  const drawId = zipf(Array.from({ length: groups * rowsPerGroup }, (_, at) => (at * 37) % (groups * rowsPerGroup)))
  const drawGroup = zipf(Array.from({ length: groups }, (_, at) => at))
  const isOneOf = (percent: number) => random() * 100 < percent
  const underWay = new Map<symbol, Pick<RequestRecord, 'startNs' | 'kind'>>()
  let isOver = false

  async function request(): Promise<void> {
    const model = rowModels[isOneOf(50) ? 0 : 1]!
    if (role === 'reads and writes' && isOneOf(mix.writePercent)) return write({ model, id: drawId() })
    return isOneOf(mix.groupPercent) ? readGroup(model, drawGroup()) : read({ model, id: drawId() })
  }
  const read = (row: Row) => timed('one', () => rows.read(row))
  const readGroup = (model: RowModel, group: number) => timed('many', () => rows.readGroup(model, group))
  const write = (row: Row) => {
    const run = isOneOf(mix.transactionPercent) ? rows.writeInTransaction : rows.write
    return timed('write', async () => ({ status: 'ok', versions: { [nameOfRow(row)]: await run(row) } }))
  }

  async function timed(kind: RequestRecord['kind'], run: () => Promise<Seen | Written>): Promise<void> {
    const id = Symbol()
    const startNs = nowNs()
    underWay.set(id, { startNs, kind })
    const outcome = await run().catch(failure)
    if (underWay.delete(id)) record({ startNs, endNs: nowNs(), kind, code: '', ...outcome })
  }

  async function loop(): Promise<void> {
    while (!isOver) {
      await request()
      await delay(random() * 2 * mix.pauseMs)
    }
  }

  const loops = Promise.all(Array.from({ length: mix.loops }, loop))
  return {
    async stop(limitMs) {
      isOver = true
      await Promise.race([loops, delay(limitMs, undefined, { ref: false })])
      const hung = [...underWay.values()]
      underWay.clear()
      for (const one of hung) record({ ...one, endNs: nowNs(), status: 'hung', code: '', versions: {} })
      return hung.length
    },
  }
}

interface Written {
  readonly status: 'ok'
  readonly versions: Readonly<Record<string, number>>
}

/** Codes only: what Prisma, the cache, or the driver named it. */
export function failure(error: unknown): Pick<RequestRecord, 'status' | 'code' | 'versions'> {
  const { code, name } = error as { readonly code?: unknown; readonly name?: unknown }
  return { status: 'failed', code: String(code ?? name), versions: {} }
}
