import { setImmediate } from 'node:timers/promises'
import type { Partition } from '../../core/pending-store.ts'
import { applyPage } from './apply-page.ts'
import type { FlusherDeps } from './flusher-deps.ts'
import type { Lead } from './lead.ts'
import { type ReadPage, readPage } from './page.ts'
import type { PageSize } from './page-size.ts'
import type { PendingModel } from './pending-model.ts'
import { settlePage } from './settle-page.ts'

export interface FlushPagesDeps extends FlusherDeps {
  readonly size: PageSize
  readonly isWanted: () => boolean
}

/**
 * Brings the writes of a partition into the database, page after page, and makes them known to every query, until less than a batch is
 * left.
 *
 * While one page is applied the next one is read and those before are settled: that is the business of another server. Where anything
 * fails, what is not settled is found again, and what is applied is not applied again.
 *
 * @throws LeadLost, or the error of the database or of the store.
 */
export async function flushPages(
  partition: Partition,
  model: PendingModel,
  lead: Lead,
  { size, isWanted, ...deps }: FlushPagesDeps,
): Promise<void> {
  const read = (after: string | null) => handled(readPage(partition, { lead, writes: size.writes(), after }, deps))
  // What has come since waits for others: a batch that is not full is not worth a transaction yet.
  const readAfter = ({ entries, isLast }: ReadPage) => (isLast ? Promise.resolve(null) : read(entries.at(-1)!.id))
  const settle = async (page: ReadPage | null) => (page ? settlePage(partition, page, deps) : undefined)
  let reading = read(null)
  let settling: Promise<void> = Promise.resolve()
  let applied: ReadPage | null = null
  try {
    for (let page = await reading; page && isWanted(); page = followed(page, await reading)) {
      const applying = handled(applyPage(partition, model, { lead, page, writes: size.writes() }, deps))
      // The database has nothing to do until that has left.
      await setImmediate()
      reading = readAfter(page)
      const [before, last] = [settling, applied]
      settling = handled(before.then(() => settle(last)))
      applied = null
      // Three pages at most are in the database and not settled.
      await applying.finally(() => before)
      applied = page
      size.passed()
    }
  } finally {
    // Nothing of this may go on when it ends.
    await reading.catch(() => {})
    await settling
    await settle(applied)
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
