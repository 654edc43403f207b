import type { PendingWrite } from '../../analysis/pending/pending-write.ts'
import { asideId } from '../../core/pending-names.ts'
import type { Page, Partition, PendingEntry } from '../../core/pending-store.ts'
import type { Position } from '../../core/stream-position.ts'
import type { ValuesTag } from '../../core/tags.ts'
import type { PlacedWrite } from './applier.ts'
import { type FlusherDeps, LeadLost } from './flusher-deps.ts'
import type { Lead } from './lead.ts'
import { distinctGuards, StoredWrite } from './stored-write.ts'

/** A write, where it stands, and in which life of the server it was accepted. */
export class Placed implements PlacedWrite {
  readonly stored: StoredWrite
  readonly life: string
  readonly #entry: string
  readonly #index: number

  constructor(stored: StoredWrite, { id, life }: PendingEntry, index: number) {
    this.stored = stored
    this.life = life
    this.#entry = id
    this.#index = index
  }

  get position(): Position {
    return { entry: this.#entry, index: this.#index }
  }

  get write(): PendingWrite {
    return this.stored.write
  }
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
  { store, applier, clock, codec, leadMs }: FlusherDeps,
): Promise<ReadPage | null> {
  // In this order: who leads now, after it claimed its epoch, sees all that was set aside by those who can still apply nothing.
  const [isLeading, page] = await Promise.all([
    store.pending.keepLead(partition, lead.token, leadMs),
    store.pending.oldest(partition, writes, after),
  ])
  if (!isLeading) throw new LeadLost()
  if (page.entries.length === 0) return null
  const { model } = partition
  const placed: Placed[] = []
  for (const entry of page.entries) {
    for (let i = 0; i < entry.writes.length; i += 1) {
      placed.push(new Placed(new StoredWrite(model, entry.writes[i]!, codec), entry, i))
    }
  }
  // An entry may have more writes than go into one batch.
  if (placed.length <= writes) await applier.prepare({ model, writes: placed })
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
  const { row } = one.stored
  const own = placed.filter(({ position, stored }) => position.entry === one.position.entry && stored.row === row)
  return own.at(-1) === one ? distinctGuards(own.map(({ stored }) => stored)) : []
}
