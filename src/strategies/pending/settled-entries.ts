import type { Clock } from '../../core/clock.ts'
import type { Partition, PendingStore } from '../../core/pending-store.ts'
import { compareEntries } from '../../core/stream-position.ts'

/** Whether everything up to an entry has left the stream of its partition. */
export async function isPast(
  pending: PendingStore,
  { entry, ...partition }: Partition & { readonly entry: string },
): Promise<boolean> {
  const first = await pending.first(partition)
  return first === null || compareEntries(first, entry) > 0
}

export function pauseOf(clock: Clock, delayMs: number): Promise<void> {
  return new Promise((resolve) => void clock.after(delayMs, resolve))
}
