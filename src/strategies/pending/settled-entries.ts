import type { Clock } from '../../core/clock.ts'
import type { Partition, PendingStore } from '../../core/pending-store.ts'

/** Whether everything up to an entry has left the stream of its partition. */
export async function isPast(
  pending: PendingStore,
  { entry, ...partition }: Partition & { readonly entry: string },
): Promise<boolean> {
  const first = await pending.first(partition)
  return first === null || isAfter(first, entry)
}

/** `1764040000000-0`: milliseconds and a number. */
function isAfter(id: string, other: string): boolean {
  const [ms = 0, count = 0] = id.split('-').map(Number)
  const [otherMs = 0, otherCount = 0] = other.split('-').map(Number)
  return ms > otherMs || (ms === otherMs && count > otherCount)
}

export function pauseOf(clock: Clock, delayMs: number): Promise<void> {
  return new Promise((resolve) => void clock.after(delayMs, resolve))
}
