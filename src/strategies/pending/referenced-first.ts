import type { Partition } from '../../core/pending-store.ts'
import { type FlusherDeps, LeadLost } from './flusher-deps.ts'
import { isPast, pauseOf } from './settled-entries.ts'

/** Whether a refusal says that a row which is referred to is not there. Source: SQLSTATE, and Prisma's error reference. */
export function isForeignKey(code: string): boolean {
  return code === '23503' || code === 'P2003'
}

const lookAgainMs = 50
/** Two flushers may wait for each other, each with a row that is wrong anyway. */
const waitMs = 5000

/**
 * Tries to commit a write again while rows that it may refer to are on their way: accepted before it, in the stream of another partition.
 *
 * It is tried each time, not only in the end: of two flushers that wait for each other's rows one goes on with a part of its own.
 *
 * @returns `false` when it was refused although they are there, or when they did not come in time.
 */
export async function committedAfterOthers(
  own: Partition,
  commit: () => Promise<void>,
  { store: { pending }, applier, clock, referencedBy }: FlusherDeps,
): Promise<boolean> {
  const models = referencedBy(own.model)
  if (models.length === 0) return false
  const giveUpMs = clock.nowMs() + waitMs
  const awaited = async (model: string) => {
    const { latest } = await pending.backlog(model)
    const others = latest.filter(({ number }) => model !== own.model || number !== own.number)
    if (others.length > 0) await pending.nudge(model)
    return others.map((one) => ({ model, ...one }))
  }
  let left = (await Promise.all(models.map(awaited))).flat()
  for (;;) {
    const passed = await Promise.all(left.map((one) => isPast(pending, one)))
    left = left.filter((_, i) => !passed[i])
    try {
      await commit()
      return true
    } catch (error) {
      if (error instanceof LeadLost || applier.isTransient(error)) throw error
      if (left.length === 0 || clock.nowMs() > giveUpMs) return false
    }
    await pauseOf(clock, lookAgainMs)
  }
}
