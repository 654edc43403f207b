import { isFlushTimeout } from '../../core/errors.ts'
import type { WriteBehind } from '../../strategies/pending/write-behind.ts'
import type { Runtime } from '../runtime.ts'

/**
 * Before a query goes to the database: what was accepted on these models has to be there. Where the store is out of reach nobody knows what
 * waits in it, and the query goes on.
 */
export async function awaitWrites(
  models: Iterable<string>,
  writeBehind: Pick<WriteBehind, 'settled' | 'isInUse'>,
): Promise<void> {
  if (!writeBehind.isInUse) return
  try {
    await writeBehind.settled(models)
  } catch (error) {
    if (isFlushTimeout(error)) throw error
  }
}

/** The same for a read, which may do without. */
export function awaitReads(
  models: Iterable<string>,
  { awaited, writeBehind }: Pick<Runtime, 'awaited' | 'writeBehind'>,
): Promise<void> {
  return awaitWrites(awaited(models), writeBehind)
}
