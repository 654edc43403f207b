import { type ColumnsOf, touchedTags } from '../../analysis/writes/touched.ts'
import type { Clock } from '../../core/clock.ts'
import type { Codec } from '../../core/codec.ts'
import type { Report } from '../../core/events.ts'
import { asideId, compareAsideIds, type Page, type Partition } from '../../core/pending-store.ts'
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
 * Brings the writes of a partition into the database, page after page, and makes them known to every query, until there are none.
 *
 * While one page is applied the next one is read and the one before is settled: that is the business of another server. Where anything
 * fails, what is not settled is found again, and what is applied is not applied again.
 *
 * @throws LeadLost, or the error of the database or of the store.
 */
export async function flushPages(
  partition: Partition,
  model: PendingModel,
  lead: Lead,
  { isWanted, ...deps }: FlusherDeps & { readonly isWanted: () => boolean },
): Promise<void> {
  const read = (after: string | null) => handled(readPage(partition, model, { lead, after }, deps))
  let settling: Promise<void> = Promise.resolve()
  let reading = read(null)
  try {
    for (let page = await reading; page && isWanted(); page = followed(page, await reading)) {
      reading = read(page.entries.at(-1)!.id)
      await applyPage(partition, model, { lead, page }, deps)
      await settling
      settling = handled(settlePage(partition, page, deps))
    }
  } finally {
    await settling
  }
}

/** It is waited for later: until then its rejection is nobody's fault. */
function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {})
  return promise
}

/** A page that was read before the one at hand was applied: what was set aside meanwhile counts. */
function followed(page: ReadPage, next: ReadPage | null): ReadPage | null {
  for (const [row, id] of page.blocked) next?.blocked.set(row, id)
  return next
}

/** Some entries of the stream, and what is known of their writes by now. */
interface ReadPage {
  readonly entries: Page['entries']
  readonly placed: readonly Placed[]
  readonly aside: Set<string>
  readonly blocked: Map<string, string>
  readonly startedMs: number
}

interface Reading {
  readonly lead: Lead
  readonly after: string | null
}

async function readPage(
  partition: Partition,
  { batch }: PendingModel,
  { lead, after }: Reading,
  { store, clock, codec, leadMs }: FlusherDeps,
): Promise<ReadPage | null> {
  // In this order: who leads now, after it claimed its epoch, sees all that was set aside by those who can still apply nothing.
  const [isLeading, page] = await Promise.all([
    store.pending.lead(partition, lead.token, leadMs),
    store.pending.oldest(partition, batch.maxSize, after),
  ])
  if (!isLeading) throw new LeadLost()
  if (page.entries.length === 0) return null
  const placed = page.entries.flatMap(({ id, life, writes }) =>
    writes.map((text, index): Placed => {
      const stored = decodeStoredWrite(partition.model, text, codec)
      return { position: { entry: id, index }, write: stored.write, stored, text, life }
    }),
  )
  const { entries, aside, blocked } = page
  return { entries, placed, aside: new Set(aside), blocked: new Map(blocked), startedMs: clock.nowMs() }
}

function isSetAside(partition: Partition, { aside }: ReadPage, { position }: Placed): boolean {
  return aside.size > 0 && aside.has(asideId(partition, position.entry, position.index))
}

/**
 * The lookups of a row that is set aside write by write: with the last that its entry has on it. Until then the row is marked, and a retry
 * waits, which would overtake the others.
 */
function guardsToRemove({ placed }: ReadPage, one: Placed): StoredWrite['guards'] {
  const row = rowOf(one.stored)
  const own = placed.filter(({ position, stored }) => position.entry === one.position.entry && rowOf(stored) === row)
  return own.at(-1) === one ? distinctGuards(own.map(({ stored }) => stored)) : []
}

/**
 * What the database refuses is halved until the refused write stands alone; that one is set aside, and so are later writes of its row,
 * in their order. Everything else goes on.
 */
async function applyPage(
  partition: Partition,
  model: PendingModel,
  { lead, page }: { readonly lead: Lead; readonly page: ReadPage },
  deps: FlusherDeps,
): Promise<void> {
  const { store, report } = deps
  const { aside, blocked } = page
  const idOf = ({ position }: Placed) => asideId(partition, position.entry, position.index)
  let isRefused = false

  /** Sets aside what waits behind a refused write of its row; the rest may be applied. */
  async function withoutBlocked(writes: readonly Placed[]): Promise<readonly Placed[]> {
    const free: Placed[] = []
    for (const one of writes) {
      if (isSetAside(partition, page, one)) continue
      const letter = blocked.size > 0 ? blocked.get(rowOf(one.stored)) : undefined
      // What stands before the refused write may be in the database already: it is not for us to set aside.
      const isBehind = letter !== undefined && compareAsideIds(idOf(one), letter) > 0
      if (!isBehind || !(await setAside(one, null))) free.push(one)
    }
    return free
  }

  /** `false` when the write to wait behind is there no more. */
  async function setAside(one: Placed, failure: string | null): Promise<boolean> {
    const { stored, text } = one
    const id = idOf(one)
    const { durability } = model
    const write = { id, row: rowOf(stored), write: text, failure, guards: guardsToRemove(page, one), durability }
    const outcome = await store.pending.setAside(partition, lead.token, write)
    if (outcome === 'not-leading') throw new LeadLost()
    if (outcome === 'not-blocked') {
      blocked.delete(rowOf(stored))
      return false
    }
    aside.add(id)
    if (failure !== null) blocked.set(rowOf(stored), id)
    return true
  }

  async function apply(writes: readonly Placed[]): Promise<void> {
    const [first, ...others] = writes
    if (!first) return
    // Positions of another life of the server mean nothing: each is a batch of its own.
    const until = others.findIndex(({ life }) => life !== first.life)
    if (until >= 0) {
      await apply(writes.slice(0, until + 1))
      return apply(await withoutBlocked(writes.slice(until + 1)))
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
      // What the applier knew of the table may have been outdated: now it has forgotten that.
      const isAgain = isRefused
      isRefused = true
      if (writes.length > 1) return halve(writes)
      return isAgain ? refused(first, error) : apply(writes)
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
    const id = deadLetterId(partition.model, idOf(one))
    report({ kind: 'dead-letter', model: partition.model, id, code: failure.code, error })
  }

  await apply(await withoutBlocked(page.placed))
}

/** First what the queries must know, then that it is in the database: whoever waits for that may read from the cache then. */
async function settlePage(
  partition: Partition,
  page: ReadPage,
  { store, columnsOf, clock, report }: FlusherDeps,
): Promise<void> {
  const { model } = partition
  const { entries, placed, startedMs } = page
  const applied = placed.filter((one) => !isSetAside(partition, page, one))
  if (applied.length > 0) {
    await store.touch(model, (shapes) => {
      // What answers for pending rows takes these writes into account already.
      const others = shapes.map(parsedShape).filter((shape) => !shape.isPending)
      if (others.length === 0) return []
      const events = applied.map(({ stored }) => stored.event())
      return touchedTags(events, new Map([[model, others]]), columnsOf)
    })
  }
  let first = 0
  const settled = entries.map(({ id, life, writes }) => {
    const own = placed.slice(first, first + writes.length)
    first += writes.length
    return { id, life, writes: writes.length, guards: distinctGuards(own.map(({ stored }) => stored)) }
  })
  await store.pending.settle(partition, settled)
  const acceptedMs = Number(entries[0]!.id.split('-')[0])
  report({
    ...{ kind: 'flushed', model, writes: placed.length },
    flushMs: clock.nowMs() - startedMs,
    lagMs: Math.max(0, Date.now() - acceptedMs),
  })
}

/** As the table of the fences names it. */
export function partitionName(namespace: string, { model, number }: Partition): string {
  return `${namespace}:${model}:${number}`
}
