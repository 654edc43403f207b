import type { ResolvedWrite } from '../../analysis/pending/pending-write.ts'
import { CacheError } from '../../core/errors.ts'
import type { PendingStore } from '../../core/pending-store.ts'
import { nameOf } from '../../core/values-name.ts'
import type { PendingModel } from './pending-model.ts'

/** @throws CacheError `WRITE_BEHIND.REFUSED` when a row of the writes has a dead letter: then they are not in the database. */
export async function refuseDeadLetters(
  { model, lookupsOf }: PendingModel,
  writes: readonly ResolvedWrite[],
  pending: PendingStore,
): Promise<void> {
  const rows = writes.map(({ before, after }) => nameOf(lookupsOf((before ?? after)!)[0]!.values))
  if (rows.length === 0 || !(await pending.isBlocked(model, rows))) return
  throw new CacheError(
    'WRITE_BEHIND.REFUSED',
    `The database refused a write of ${model}, or an earlier one of its row.`,
    {
      model,
      fix: 'See $cache.deadLetters.list().',
    },
  )
}
