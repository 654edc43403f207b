import { type ColumnsOf, touchedTags } from '../../analysis/writes/touched.ts'
import type { Clock } from '../../core/clock.ts'
import type { Codec } from '../../core/codec.ts'
import type { Report } from '../../core/events.ts'
import { asideId, type Page, type Partition } from '../../core/pending-store.ts'
import type { Store } from '../../core/store.ts'
import { parsedShape } from '../parsed-shape.ts'
import type { Applier, PlacedWrite } from './applier.ts'
import { deadLetterId } from './dead-letters.ts'
import type { Lead } from './lead.ts'
import type { PendingModel } from './pending-model.ts'
import { decodeStoredWrite, distinctGuards, rowOf, type StoredWrite } from './stored-write.ts'

export interface FlusherDeps {
  readonly store: Store
  readonly applier: Applier
  readonly codec: Codec
  readonly clock: Clock
  readonly report: Report
  readonly columnsOf: ColumnsOf
  readonly namespace: string
  /** How long a lead lasts without renewal. */
  readonly leadMs: number
}

/** Somebody else leads the partition by now. */
export class LeadLost extends Error {}

/** A write, where it stands, and in which life of the server it was accepted. */
interface Placed extends PlacedWrite {
  readonly stored: StoredWrite
  readonly text: string
  readonly life: string
}

/**
 * Brings the oldest writes of a partition into the database, and makes them known to every query.
 *
 * What the database refuses is halved until the refused write stands alone; that one is set aside, and so are later writes of its row,
 * in their order. Everything else goes on.
 *
 * @returns how many writes were settled; 0 when there are none.
 * @throws LeadLost, or the error of the database or of the store, after which the same page is to be tried again.
 */
export async function flushPage(partition: Partition, model: PendingModel, lead: Lead, deps: FlusherDeps) {
  const { store, clock, report } = deps
  // In this order: who leads now, after it claimed its epoch, sees all that was set aside by those who can still apply nothing.
  const [isLeading, page] = await Promise.all([
    store.pending.lead(partition, lead.token, deps.leadMs),
    store.pending.oldest(partition, model.batch.maxSize),
  ])
  if (!isLeading) throw new LeadLost()
  if (page.entries.length === 0) return 0
  const startedMs = clock.nowMs()
  const placed = page.entries.flatMap(({ id, life, writes }) =>
    writes.map((text, index): Placed => {
      const stored = decodeStoredWrite(partition.model, text, deps.codec)
      return { position: { entry: id, index }, write: stored.write, stored, text, life }
    }),
  )
  const aside = new Set(page.aside)
  const blocked = new Set(page.blocked)
  const isAside = (one: Placed) => aside.has(asideId(partition, one.position.entry, one.position.index))

  /** Sets aside what waits behind a refused write of its row; the rest may be applied. */
  async function withoutBlocked(writes: readonly Placed[]): Promise<readonly Placed[]> {
    const free: Placed[] = []
    for (const one of writes) {
      if (isAside(one)) continue
      if (!blocked.has(rowOf(one.stored)) || !(await setAside(one, null))) free.push(one)
    }
    return free
  }

  /** `false` when the write to wait behind is there no more. */
  async function setAside({ stored, position, text }: Placed, failure: string | null): Promise<boolean> {
    const id = asideId(partition, position.entry, position.index)
    const write = { id, row: rowOf(stored), write: text, failure, guards: stored.guards, durability: model.durability }
    const outcome = await store.pending.setAside(partition, lead.token, write)
    if (outcome === 'not-leading') throw new LeadLost()
    if (outcome === 'not-blocked') {
      blocked.delete(rowOf(stored))
      return false
    }
    aside.add(id)
    if (failure !== null) blocked.add(rowOf(stored))
    return true
  }

  async function apply(writes: readonly Placed[]): Promise<void> {
    const [first, ...others] = writes
    if (!first) return
    // Positions of another life of the server mean nothing: each is a batch of its own.
    const until = others.findIndex(({ life }) => life !== first.life)
    if (until >= 0) {
      await apply(writes.slice(0, until + 1))
      return apply(writes.slice(until + 1))
    }
    const upTo = writes.at(-1)!.position
    const name = partitionName(deps.namespace, partition)
    const stream = `${name}:${first.life}`
    let outcome: 'applied' | 'fenced'
    try {
      const { epoch } = lead
      outcome = await deps.applier.apply({
        ...{ model: partition.model, partition: name, stream, epoch, writes, upTo },
      })
    } catch (error) {
      if (deps.applier.isTransient(error)) throw error
      return writes.length === 1 ? refused(first, error) : halve(writes)
    }
    if (outcome === 'fenced') throw new LeadLost()
  }

  async function halve(writes: readonly Placed[]): Promise<void> {
    const middle = writes.length >> 1
    await apply(writes.slice(0, middle))
    await apply(await withoutBlocked(writes.slice(middle)))
  }

  async function refused(one: Placed, error: unknown): Promise<void> {
    const failure = deps.applier.describe(error)
    await setAside(one, JSON.stringify({ ...failure, atMs: Date.now() }))
    report({
      kind: 'dead-letter',
      model: partition.model,
      id: deadLetterId(partition.model, asideId(partition, one.position.entry, one.position.index)),
      code: failure.code,
      error,
    })
  }

  await apply(await withoutBlocked(placed))
  await settle(partition, page, { placed: placed.filter((one) => !isAside(one)), all: placed }, deps)
  const acceptedMs = Number(page.entries[0]!.id.split('-')[0])
  report({
    kind: 'flushed',
    model: partition.model,
    writes: placed.length,
    flushMs: clock.nowMs() - startedMs,
    lagMs: Math.max(0, Date.now() - acceptedMs),
  })
  return placed.length
}

interface Settling {
  readonly placed: readonly Placed[]
  readonly all: readonly Placed[]
}

/** First what the queries must know, then that it is in the database: whoever waits for that may read from the cache then. */
async function settle(
  partition: Partition,
  page: Page,
  { placed, all }: Settling,
  { store, columnsOf }: FlusherDeps,
): Promise<void> {
  const { model } = partition
  const events = placed.map(({ stored }) => stored.event)
  if (events.length > 0) {
    await store.touch(model, (shapes) => {
      // What answers for pending rows takes these writes into account already.
      const others = shapes.map(parsedShape).filter((shape) => !shape.isPending)
      return touchedTags(events, new Map([[model, others]]), columnsOf)
    })
  }
  const settled = page.entries.map(({ id, life, writes }) => {
    const own = all.filter(({ position }) => position.entry === id)
    return { id, life, writes: writes.length, guards: distinctGuards(own.map(({ stored }) => stored)) }
  })
  await store.pending.settle(partition, settled)
}

/** As the table of the fences names it. */
export function partitionName(namespace: string, { model, number }: Partition): string {
  return `${namespace}:${model}:${number}`
}
