import type { Clock, Timer } from '../core/clock.ts'
import type { ReadPlan } from './read-plan.ts'

/**
 * Lets the loads of reads that began in one tick begin in one tick: Prisma makes one statement of lookups by key that it is asked for at once.
 *
 * What a store answers to many comes in several pieces. So a load waits for the others of its tick, as long as these have nothing but answers
 * to wait for; and those that could begin no longer than {@link waitMaxMs}.
 */
export interface LoadBatches {
  /** For a read that looks something up now. */
  enter(plan: Pick<ReadPlan, 'operation' | 'pending' | 'maxLoads' | 'loadTimeout'>): BatchMember
}

/** Of one read. */
export interface BatchMember {
  /** To be called when the load may begin: waits for the others. `undefined` where there is nobody to wait for. */
  ready(): Promise<void> | undefined
  /** It does not load, or waits for something else first. Idempotent. */
  leave(): void
}

/** For loads that wait for nobody. */
export const alone: BatchMember = { ready: () => undefined, leave() {} }

/** More than the store needs for the rest of a tick of hundreds, and less than it has for a command: one server of several may be slow. */
const waitMaxMs = 100

const batched: ReadonlySet<string> = new Set(['findUnique', 'findUniqueOrThrow'])

export function createLoadBatches(clock: Pick<Clock, 'after'>): LoadBatches {
  let ofThisTick: Batch | null = null

  return {
    enter({ operation, pending, maxLoads, loadTimeout: { softMs, hardMs } }) {
      if (!batched.has(operation)) return alone
      // What waits for accepted writes, or for a place, would be waited for by those that do not; and who has little time waits for nobody.
      const isBounded = Math.min(maxLoads, softMs, hardMs) < Number.POSITIVE_INFINITY
      if (pending.length > 0 || isBounded) return alone
      if (!ofThisTick) {
        ofThisTick = new Batch(clock)
        process.nextTick(() => {
          ofThisTick = null
        })
      }
      return new Member(ofThisTick)
    },
  }
}

class Batch {
  readonly #clock: Pick<Clock, 'after'>
  /** Members that are not out; those that wait are among them. */
  #open = 0
  #waiting: (() => void)[] = []
  #timer: Timer | undefined

  constructor(clock: Pick<Clock, 'after'>) {
    this.#clock = clock
  }

  entered(): void {
    this.#open += 1
  }

  left(): void {
    this.#open -= 1
    if (this.#waiting.length === this.#open) this.#release()
  }

  arrived(): Promise<void> | undefined {
    if (this.#waiting.length + 1 === this.#open) {
      this.#open -= 1
      this.#release()
      return undefined
    }
    this.#timer ??= this.#clock.after(waitMaxMs, () => this.#release())
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  #release(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#open -= this.#waiting.length
    const waiting = this.#waiting
    this.#waiting = []
    for (const begin of waiting) begin()
  }
}

class Member implements BatchMember {
  readonly #batch: Batch
  #isOut = false

  constructor(batch: Batch) {
    this.#batch = batch
    batch.entered()
  }

  ready(): Promise<void> | undefined {
    if (this.#isOut) return undefined
    this.#isOut = true
    return this.#batch.arrived()
  }

  leave(): void {
    if (this.#isOut) return
    this.#isOut = true
    this.#batch.left()
  }
}
