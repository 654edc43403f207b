import type { Row } from '../../analysis/pending/pending-write.ts'
import type { Report } from '../../core/events.ts'
import { jittered } from '../fill.ts'
import type { PendingModel } from './pending-model.ts'

/** How long a row is fresh that has just come from the database, in milliseconds; 0 where the function of the user does not say. */
export function ttlOf(
  { model, stored }: PendingModel,
  row: Row | null,
  { random, report }: { readonly random: () => number; readonly report: Report },
): number {
  try {
    return jittered(stored.ttlMs(row), random)
  } catch (error) {
    report({ kind: 'warning', model, message: 'A row that was written could not be stored.', error })
    return 0
  }
}
