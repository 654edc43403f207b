import type { LoadOutcome } from '../core/store.ts'
import type { Loaded } from './fill.ts'
import type { HeldLease } from './lease.ts'

/** Runs a load under its lease, which does not outlast one that fails. */
export async function releasedOnError<T>(lease: HeldLease | null, run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    await lease?.release('failed')
    throw error
  }
}

/** Stores what was loaded, and ends its lease. Never rejects. */
export async function fillAndRelease(loaded: Loaded, lease: HeldLease | null): Promise<LoadOutcome> {
  const outcome = await loaded.fill(lease?.token)
  // The store has freed it, in the same step.
  if (outcome === 'filled') lease?.ended()
  else await lease?.release(outcome)
  return outcome
}
