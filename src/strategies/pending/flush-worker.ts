import type { Timer } from '../../core/clock.ts'
import type { MakeNonce } from '../../core/nonce.ts'
import type { Partition } from '../../core/pending-store.ts'
import { partitionName } from './apply-page.ts'
import { flushPages } from './flusher.ts'
import { type FlusherDeps, LeadLost } from './flusher-deps.ts'
import type { Lead } from './lead.ts'
import { createPageSize } from './page-size.ts'
import type { PendingModel } from './pending-model.ts'
import { checkDatabase } from './server-check.ts'

export interface FlushWorkerDeps extends FlusherDeps {
  readonly makeNonce: MakeNonce
}

/**
 * Flushes one partition, if no other process does.
 *
 * Trades durability for latency: what the store loses before a flush is lost.
 *
 * - `following`    another process leads. Asks for the lead twice per lease, and at once when somebody waits for a flush.
 * - `gathering`    leads, and waits until the delay of the batch is over, it is full, or somebody waits for a flush.
 * - `flushing`     page after page, until a look at the stream finds less than a batch.
 * - `backing-off`  database or store failed; after 50 ms, doubling to 2 s, what is left is tried again, half as much at a time: it may have been
 *                  too much for a deadline.
 * - `stopped`      final. The lead is given back.
 */
export interface FlushWorker {
  /** Idempotent. */
  start(): void
  /** Somebody waits. */
  flushSoon(): void
  /** So many writes were accepted here. */
  accepted(writes: number): void
  stop(): Promise<void>
}

const backOffMs = 50
const backOffMsMax = 2000

export function createFlushWorker(partition: Partition, model: PendingModel, deps: FlushWorkerDeps): FlushWorker {
  const { store, applier, clock, makeNonce, report, leadMs } = deps
  const { maxSize, maxDelayMs } = model.batch
  let running: Promise<void> | null = null
  let isStopped = false
  let isAsked = false
  /** Writes that were accepted here; those of them that a flush took up, and that are in the database, or are the business of another process. */
  let [accepted, begun, done] = [0, 0, 0]
  let wake = () => {}
  let isLeading = false

  async function run(): Promise<void> {
    let delayMs = backOffMs
    while (!isStopped) {
      const token = makeNonce()
      try {
        if (await store.pending.lead(partition, token, leadMs)) {
          await leading(token)
          delayMs = backOffMs
        } else {
          // Whoever leads says what does not get through.
          done = accepted
          await pause(leadMs / 2)
        }
      } catch (error) {
        await failed(error)
        await pause(delayMs, { isFixed: true })
        delayMs = Math.min(delayMs * 2, backOffMsMax)
      }
    }
  }

  /** Where nothing waits nothing failed; that the store is out of reach is told by it. */
  async function failed(error: unknown): Promise<void> {
    const isAnyLeft = accepted > done || (await store.pending.first(partition).catch(() => null)) !== null
    if (isAnyLeft) report({ kind: 'flush-failed', model: partition.model, error })
  }

  async function leading(token: string): Promise<void> {
    isLeading = true
    const renewal = renew(token)
    try {
      await checkDatabase(model, store.pending, applier)
      const epoch = await applier.claim(partitionName(deps.namespace, partition))
      // Whoever led before can commit nothing any more. What it committed and the store lost since may be unknown to queries.
      if (await store.pending.isNewServer(partition.model)) {
        if (epoch > 1n) await store.dropRoots([partition.model])
        // Where the store is out of memory, whoever leads next does it again.
        await store.pending.knowServer(partition.model).catch(() => {})
      }
      await flushing({ token, epoch })
    } catch (error) {
      if (!(error instanceof LeadLost)) throw error
    } finally {
      renewal.cancel()
      await store.pending.resign(partition, token).catch(() => {})
    }
  }

  async function flushing(lead: Lead): Promise<void> {
    let delayMs = backOffMs
    const size = createPageSize(maxSize)
    let isRetried = false
    const isWanted = () => !isStopped && isLeading
    while (isWanted()) {
      if (!isAsked && !isRetried && accepted - begun < maxSize) await pause(maxDelayMs)
      isAsked = false
      const upTo = accepted
      begun = upTo
      try {
        await flushPages(partition, model, lead, { ...deps, size, isWanted })
        if (isWanted()) done = upTo
        isRetried = false
        delayMs = backOffMs
      } catch (error) {
        if (error instanceof LeadLost) throw error
        await failed(error)
        isRetried = true
        size.failed()
        await pause(delayMs, { isFixed: true })
        delayMs = Math.min(delayMs * 2, backOffMsMax)
      }
    }
  }

  function renew(token: string): Timer {
    let timer: Timer
    let isOver = false
    const later = () => {
      timer = clock.inBackground(leadMs / 3, async () => {
        const isKept = await store.pending.keepLead(partition, token, leadMs).catch(() => true)
        if (isOver) return
        isLeading = isKept
        if (isLeading) later()
        else wake()
      })
    }
    later()
    return {
      cancel: () => {
        isOver = true
        isLeading = false
        timer.cancel()
      },
    }
  }

  /** Ends early when somebody asks, unless it is `isFixed`, and when the worker is stopped. */
  function pause(delayMs: number, { isFixed = false } = {}): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        timer.cancel()
        wake = () => {}
        resolve()
      }
      const timer = clock.inBackground(delayMs, done)
      wake = () => {
        if (isStopped || !isFixed) done()
      }
      if (isStopped) done()
    })
  }

  return {
    start() {
      running ??= run()
    },
    flushSoon() {
      isAsked = true
      wake()
    },
    accepted(writes) {
      accepted += writes
      if (accepted - begun >= maxSize) wake()
    },
    async stop() {
      isStopped = true
      wake()
      await running
    },
  }
}
