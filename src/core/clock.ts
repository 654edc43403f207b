import { performance } from 'node:perf_hooks'

/** Time as the cache sees it: monotonic, so that a clock that jumps changes nothing. */
export interface Clock {
  /** Milliseconds since some fixed moment. Only differences mean anything. */
  nowMs(): number
  /** By the clock that people set. It goes on while the machine sleeps, and it may jump: nothing is timed by it alone. */
  wallMs(): number
  /** Calls `run` after `delayMs`, for somebody who waits: until then the process does not end. */
  after(delayMs: number, run: () => void): Timer
  /** The same where nobody waits: the timer alone does not keep the process from ending. */
  inBackground(delayMs: number, run: () => void): Timer
}

export interface Timer {
  cancel(): void
}

/** Past that Node fires at once. */
const delayMsMax = 2 ** 31 - 1

export const systemClock: Clock = {
  nowMs: () => performance.now(),
  wallMs: () => Date.now(),
  after: (delayMs, run) => timerOf(startedTimeout(delayMs, run)),
  inBackground: (delayMs, run) => timerOf(startedTimeout(delayMs, run).unref()),
}

function startedTimeout(delayMs: number, run: () => void): NodeJS.Timeout {
  return setTimeout(run, Math.min(delayMs, delayMsMax))
}

function timerOf(handle: NodeJS.Timeout): Timer {
  return { cancel: () => clearTimeout(handle) }
}
