import { performance } from 'node:perf_hooks'

/** Time as the cache sees it: monotonic, so that a clock that jumps changes nothing. */
export interface Clock {
  /** Milliseconds since some fixed moment. Only differences mean anything. */
  nowMs(): number
  /** By the clock that people set. It goes on while the machine sleeps, and it may jump: nothing is timed by it alone. */
  wallMs(): number
  /** Calls `run` after `delayMs`. The timer alone never keeps the process alive. */
  after(delayMs: number, run: () => void): Timer
}

export interface Timer {
  cancel(): void
}

/** Past that Node fires at once. */
const delayMsMax = 2 ** 31 - 1

export const systemClock: Clock = {
  nowMs: () => performance.now(),
  wallMs: () => Date.now(),
  after(delayMs, run) {
    const handle = setTimeout(run, Math.min(delayMs, delayMsMax))
    handle.unref()
    return { cancel: () => clearTimeout(handle) }
  },
}
