/** Steps of a write, and of a load, at which a process may be stopped. Each is between two messages to a server. */
export type Step =
  /** Redis has confirmed the intent; the statement has not left. */
  | 'intent-recorded'
  /** The statement has run in a transaction that is still open. */
  | 'executed'
  /** The statement, a transaction by itself, has run; nothing is invalidated yet. */
  | 'committed'
  /** Redis has confirmed the invalidation; the caller has no answer yet. */
  | 'invalidated'
  /** Redis has given the lease and the stamps; the query has not left. */
  | 'load-begun'
  /** The query has been answered; nothing is stored yet. */
  | 'loaded'

export type Act =
  | { readonly kind: 'die' }
  /** As dead, for everybody else, and it can still be killed: nothing of the process runs on. */
  | { readonly kind: 'freeze' }
  /** The event loop does nothing else for so many milliseconds. */
  | { readonly kind: 'block'; readonly blockMs: number }

/** What a process does when it comes to a step for the next time. */
export interface Steps {
  arm(step: Step, act: Act): void
  isArmed(step: Step): boolean
  /** Does what was asked for, once, before it returns. */
  reach(step: Step): void
  /** How often it did since it was last asked. */
  takeDone(): number
}

export function createSteps(): Steps {
  let armed: { readonly step: Step; readonly act: Act } | undefined
  let done = 0
  return {
    arm(step, act) {
      armed = { step, act }
    },
    isArmed: (step) => armed?.step === step,
    reach(step) {
      if (armed?.step !== step) return
      const { act } = armed
      armed = undefined
      done += 1
      if (act.kind === 'block') block(act.blockMs)
      else process.kill(process.pid, act.kind === 'die' ? 'SIGKILL' : 'SIGSTOP')
    },
    takeDone() {
      const taken = done
      done = 0
      return taken
    },
  }
}

function block(blockMs: number): void {
  const untilMs = performance.now() + blockMs
  while (performance.now() < untilMs);
}
