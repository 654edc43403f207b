import type { Clock } from '../core/clock.ts'
import type { Report } from '../core/events.ts'
import { inTime } from '../core/in-time.ts'
import type { Store } from '../core/store.ts'
import type { CacheAside } from '../strategies/cache-aside.ts'
import type { Invalidator } from '../strategies/invalidator.ts'
import type { WriteBehind } from '../strategies/pending/write-behind.ts'
import type { Sweeper } from '../strategies/sweeper.ts'
import type { StartChecks } from './checks/start-checks.ts'
import { beforeExit, beforeTermination } from './termination.ts'

export interface LifecycleDeps {
  readonly store: Pick<Store, 'close'>
  readonly reader: Pick<CacheAside, 'idle'>
  readonly invalidator: Pick<Invalidator, 'idle'>
  readonly writeBehind: Pick<WriteBehind, 'isInUse' | 'isAwake' | 'start' | 'stop' | 'ended' | 'drain'>
  readonly sweeper: Sweeper
  readonly checks: StartChecks
  /** Closes the client by which accepted writes reach the database, after others that may share its connections. */
  readonly closeFlushClient: (others: () => Promise<void>) => Promise<void>
  readonly clock: Clock
  readonly report: Report
  readonly drainDeadlineMs: number
}

/**
 * What runs beside the operations, from the first of them until the end: of the client, or of the program.
 *
 * - *asleep*  before the first operation, and after `close`.
 * - *awake*   sweeps and flushes. SIGTERM drains it; a program that has nothing more to do lets it drain, finish and close.
 */
export interface Lifecycle {
  /** Called by every operation: starts what runs in the background. Idempotent. */
  wake(): void
  /** Writes accepted writes to the database, within a deadline, and then flushes no more. Says what is left. */
  drain(): Promise<void>
  /**
   * Finishes what runs in the background; `close` then closes what was opened, and has `disconnect` close the client. Both may be followed by new
   * operations.
   */
  idle(): Promise<void>
  close(disconnect?: () => Promise<void>): Promise<void>
}

export function createLifecycle({
  store,
  reader,
  invalidator,
  writeBehind,
  sweeper,
  checks,
  closeFlushClient,
  clock,
  report,
  drainDeadlineMs,
}: LifecycleDeps): Lifecycle {
  /** What takes back that something is done at the end; `null` where nothing is. */
  let atExit: (() => void) | null = null
  let atTermination: (() => void) | null = null

  async function drain(): Promise<void> {
    if (!writeBehind.isInUse) return
    for (const [model, writes] of await writeBehind.drain(drainDeadlineMs)) {
      report({ kind: 'writes-left', model, writes })
    }
    await writeBehind.stop()
    atTermination?.()
    atTermination = null
  }

  async function idle(): Promise<void> {
    const done = async () => {
      await reader.idle()
      await invalidator.idle()
      await checks.done()
    }
    // A query that the database never answers must not keep the process from ending.
    await inTime(done(), drainDeadlineMs, clock)
  }

  async function close(disconnect = async () => {}): Promise<void> {
    atExit?.()
    atExit = null
    // Writes that were on their way when it was drained have woken it.
    if (writeBehind.isAwake()) await drain()
    // What it still asks of the store would open that again.
    await writeBehind.ended()
    await closeFlushClient(disconnect)
    await sweeper.stop()
    await store.close()
  }

  async function leave(): Promise<void> {
    await drain()
    await idle()
    await close()
  }

  return {
    wake() {
      sweeper.start()
      checks.start()
      atExit ??= beforeExit(leave)
      if (!writeBehind.isInUse || atTermination) return
      atTermination = beforeTermination(drain)
      writeBehind.start()
    },
    drain,
    idle,
    close,
  }
}
