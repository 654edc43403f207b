import { asideId } from '../../core/pending-names.ts'
import type { Page, Partition } from '../../core/pending-store.ts'
import type { ValuesTag } from '../../core/tags.ts'
import type { PlacedWrite } from './applier.ts'
import { type FlusherDeps, LeadLost } from './flusher-deps.ts'
import type { Lead } from './lead.ts'
import { decodeStoredWrite, distinctGuards, rowOf, type StoredWrite } from './stored-write.ts'

/** A write, where it stands, and in which life of the server it was accepted. */
export interface Placed extends PlacedWrite {
  readonly stored: StoredWrite
  readonly text: string
  readonly life: string
}

/** Some entries of the stream, and what is known of their writes by now. */
export interface ReadPage {
  readonly entries: Page['entries']
  readonly isLast: boolean
  readonly placed: readonly Placed[]
  readonly aside: Set<string>
  readonly blocked: Map<string, string>
  readonly startedMs: number
}

interface Reading {
  readonly lead: Lead
  readonly writes: number
  readonly after: string | null
}

export async function readPage(
  partition: Partition,
  { lead, writes, after }: Reading,
  { store, clock, codec, leadMs }: FlusherDeps,
): Promise<ReadPage | null> {
  // In this order: who leads now, after it claimed its epoch, sees all that was set aside by those who can still apply nothing.
  const [isLeading, page] = await Promise.all([
    store.pending.keepLead(partition, lead.token, leadMs),
    store.pending.oldest(partition, writes, after),
  ])
  if (!isLeading) throw new LeadLost()
  if (page.entries.length === 0) return null
  const placed = page.entries.flatMap(({ id, life, writes }) =>
    writes.map((text, index): Placed => {
      const stored = decodeStoredWrite(partition.model, text, codec)
      return { position: { entry: id, index }, write: stored.write, stored, text, life }
    }),
  )
  const { entries, isLast, aside, blocked } = page
  return { entries, isLast, placed, aside: new Set(aside), blocked: new Map(blocked), startedMs: clock.nowMs() }
}

/** Whether a write is not to be applied from the stream. */
export function isSetAside(partition: Partition, { aside }: ReadPage, { position }: Placed): boolean {
  return aside.size > 0 && aside.has(asideId(partition, position))
}

/**
 * The lookups of a row that is set aside write by write: with the last that its entry has on it. Until then the row is marked, and a retry
 * waits, which would overtake the others.
 */
export function guardsToRemove({ placed }: ReadPage, one: Placed): readonly ValuesTag[] {
  const row = rowOf(one.stored)
  const own = placed.filter(({ position, stored }) => position.entry === one.position.entry && rowOf(stored) === row)
  return own.at(-1) === one ? distinctGuards(own.map(({ stored }) => stored)) : []
}
