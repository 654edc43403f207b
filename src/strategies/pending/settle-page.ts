import { touchedTags } from '../../analysis/writes/touched.ts'
import { isUndecodable } from '../../core/errors.ts'
import type { Partition } from '../../core/pending-store.ts'
import { parsedShapes } from '../parsed-shape.ts'
import type { FlusherDeps } from './flusher-deps.ts'
import { isSetAside, type Placed, type ReadPage } from './page.ts'
import { distinctGuards, namesOf } from './stored-write.ts'

/** First what the queries must know, then that it is in the database: whoever waits for that may read from the cache then. */
export async function settlePage(
  partition: Partition,
  page: ReadPage,
  { store, columnsOf, clock, report }: FlusherDeps,
): Promise<void> {
  const { model } = partition
  const { entries, placed, aside, startedMs } = page
  const applied = aside.size === 0 ? placed : placed.filter((one) => !isSetAside(partition, page, one))
  if (applied.length > 0) await touchApplied(partition.model, applied, { store, columnsOf })
  let first = 0
  const settled = entries.map(({ id, life, writes }) => {
    const own = placed.slice(first, first + writes.length).map(({ stored }) => stored)
    first += writes.length
    return { id, life, writes: writes.length, names: namesOf(own), guards: () => distinctGuards(own) }
  })
  await store.pending.settle(partition, settled)
  const acceptedMs = Number(entries[0]!.id.split('-')[0])
  report({
    ...{ kind: 'flushed', model, writes: placed.length },
    flushMs: clock.nowMs() - startedMs,
    lagMs: Math.max(0, Date.now() - acceptedMs),
  })
}

async function touchApplied(
  model: string,
  applied: readonly Placed[],
  { store, columnsOf }: Pick<FlusherDeps, 'store' | 'columnsOf'>,
): Promise<void> {
  try {
    await store.touch(model, (shapes) => {
      // What answers for pending rows takes these writes into account already.
      const others = parsedShapes(shapes).filter((shape) => !shape.isPending)
      if (others.length === 0) return []
      const events = applied.map(({ stored }) => stored.event)
      return touchedTags(events, new Map([[model, others]]), columnsOf)
    })
  } catch (error) {
    if (!isUndecodable(error)) throw error
    // They are in the database, whatever they say of queries.
    await store.dropRoots([model])
  }
}
