import type { Clock } from '../core/clock.ts'

/** Somebody who waits for a load, and may leave before it ends. */
export interface Reader {
  onLeave(left: (leaving: Leaving) => void): void
}

export interface Leaving {
  /** It was answered with something older: the load is of use to those who come later. */
  readonly isAnswered: boolean
}

export function createReader(): Reader & { leave(leaving: Leaving): void } {
  const all: ((leaving: Leaving) => void)[] = []
  return {
    onLeave: (left) => void all.push(left),
    leave(leaving) {
      for (const left of all) left(leaving)
    },
  }
}

/** Those for whom a load is made. */
export interface Readers {
  join(reader: Reader): void
  /** For the queue of loads. */
  readonly waiting: Waiting
  /** Whether the load was given up: nobody may join it any more. */
  areGone(): boolean
}

/** How a load looks to those who decide which comes next. */
export interface Waiting {
  /**
   * How long its readers have waited, together, in milliseconds; and where they leave after a limit, at most how long they will still wait. The
   * load for which readers have waited longest would be just too late for them, one after the other, when there are more than can be made.
   * 0 when all have left.
   */
  urgency(nowMs: number): number
  /** Calls it when the last reader has left without an answer, or has already: the load is of no use any more. */
  onGone(gone: () => void): void
}

/** @param limitMs after which readers leave; `Infinity` where they wait as long as it takes. */
export function createReaders(limitMs: number, { nowMs }: Pick<Clock, 'nowMs'>): Readers {
  const goneListeners: (() => void)[] = []
  let [count, sinceMs] = [0, 0]
  let [isOfUse, isGone] = [false, false]

  return {
    areGone: () => isGone,
    join(reader) {
      const joinedMs = nowMs()
      count += 1
      sinceMs += joinedMs
      reader.onLeave(({ isAnswered }) => {
        count -= 1
        sinceMs -= joinedMs
        if (isAnswered) isOfUse = true
        if (count > 0 || isOfUse) return
        isGone = true
        for (const gone of goneListeners) gone()
      })
    },
    waiting: {
      urgency(nowMs) {
        if (count === 0) return 0
        const waitedMs = count * nowMs - sinceMs
        return Math.min(waitedMs, count * limitMs - waitedMs)
      },
      onGone(gone) {
        if (isGone) gone()
        else goneListeners.push(gone)
      },
    },
  }
}
