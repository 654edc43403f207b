import { isUndecodable } from '../../core/errors.ts'
import { asideId, partitionOfAside, positionOfAside } from '../../core/pending-names.ts'
import type { Partition } from '../../core/pending-store.ts'
import { comparePositions } from '../../core/stream-position.ts'
import { deadLetterId } from './dead-letters.ts'
import { type FlusherDeps, LeadLost } from './flusher-deps.ts'
import type { Lead } from './lead.ts'
import { guardsToRemove, isSetAside, type Placed, type ReadPage } from './page.ts'
import type { PendingModel } from './pending-model.ts'
import { committedAfterOthers, isForeignKey } from './referenced-first.ts'

interface Applying {
  readonly lead: Lead
  readonly page: ReadPage
  /** In one batch, at most. */
  readonly writes: number
}

/**
 * What the database refuses is halved until the refused write stands alone; that one is set aside, and so are later writes of its row,
 * in their order. Everything else goes on.
 */
export async function applyPage(
  partition: Partition,
  model: PendingModel,
  { lead, page, writes }: Applying,
  deps: FlusherDeps,
): Promise<void> {
  const { store, report } = deps
  const { aside, blocked } = page
  const idOf = ({ position }: Placed) => asideId(partition, position)
  let isRefused = false

  /** Sets aside what waits behind a refused write of its row; the rest may be applied. */
  async function withoutBlocked(some: readonly Placed[]): Promise<readonly Placed[]> {
    if (aside.size === 0 && blocked.size === 0) return some
    const free: Placed[] = []
    for (const one of some) {
      if (isSetAside(partition, page, one)) continue
      const letter = blocked.get(one.stored.row)
      const isBehind = letter !== undefined && follows(partition, one, letter)
      if (!isBehind || !(await setAside(one, null))) free.push(one)
    }
    return free
  }

  /** `false` when the write to wait behind is there no more. */
  async function setAside(one: Placed, failure: string | null): Promise<boolean> {
    const { row, text } = one.stored
    const id = idOf(one)
    const { durability } = model
    const write = { id, row, write: text, failure, guards: guardsToRemove(page, one), durability }
    const outcome = await store.pending.setAside(partition, lead.token, write)
    if (outcome === 'not-leading') throw new LeadLost()
    if (outcome === 'not-blocked') {
      blocked.delete(row)
      return false
    }
    aside.add(id)
    if (failure !== null) blocked.set(row, id)
    return true
  }

  async function apply(batch: readonly Placed[]): Promise<void> {
    const [first, ...others] = batch
    if (!first) return
    // Positions of another life of the server mean nothing: each is a batch of its own.
    const until = others.findIndex(({ life }) => life !== first.life)
    if (until >= 0) {
      await apply(batch.slice(0, until + 1))
      return apply(await withoutBlocked(batch.slice(until + 1)))
    }
    try {
      await commit(batch)
    } catch (error) {
      if (error instanceof LeadLost || isUndecodable(error) || deps.applier.isTransient(error)) throw error
      // What the applier knew of the table may have been outdated: now it has forgotten that.
      const isAgain = isRefused
      isRefused = true
      if (batch.length > 1) return halve(batch)
      return isAgain ? refused(first, error) : apply(batch)
    }
  }

  /** Of one life. */
  async function commit(batch: readonly Placed[]): Promise<void> {
    const name = partitionName(deps.namespace, partition)
    const outcome = await deps.applier.apply({
      ...{ model: partition.model, partition: name, stream: `${name}:${batch[0]!.life}`, epoch: lead.epoch },
      ...{ writes: batch, upTo: batch.at(-1)!.position },
    })
    if (outcome === 'fenced') throw new LeadLost()
  }

  async function halve(batch: readonly Placed[]): Promise<void> {
    const middle = batch.length >> 1
    await apply(batch.slice(0, middle))
    await apply(await withoutBlocked(batch.slice(middle)))
  }

  async function refused(one: Placed, error: unknown): Promise<void> {
    const failure = deps.applier.describe(error)
    if (isForeignKey(failure.code) && (await committedAfterOthers(partition, () => commit([one]), deps))) return
    await setAside(one, JSON.stringify({ ...failure, atMs: Date.now() }))
    const id = deadLetterId(partition.model, idOf(one))
    report({ kind: 'dead-letter', model: partition.model, id, code: failure.code, error })
  }

  // The very list that the applier has prepared.
  if (page.placed.length <= writes) return apply(await withoutBlocked(page.placed))
  // An entry of the stream may have more writes than a batch.
  for (let first = 0; first < page.placed.length; first += writes) {
    await apply(await withoutBlocked(page.placed.slice(first, first + writes)))
  }
}

/**
 * Whether a write of a row was accepted after the one that was refused. What stands before that may be in the database already: it is not for us
 * to set aside. A row has another partition only since nothing waited in the former one, whose positions mean nothing here.
 */
function follows({ number }: Partition, { position }: Placed, letter: string): boolean {
  return partitionOfAside(letter) !== number || comparePositions(position, positionOfAside(letter)) > 0
}

/** As the table of the fences names it. */
export function partitionName(namespace: string, { model, number }: Partition): string {
  return `${namespace}:${model}:${number}`
}
