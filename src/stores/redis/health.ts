import type { Clock } from '../../core/clock.ts'
import { reconnectMsMax } from './client.ts'

/** The probe of a server that is down, and how long a greeting may take before the connection is made anew. */
export const probeEveryMs = 250
export const connectMaxMs = 1000

/** A gap between answers that is taken for an outage. After a shorter one, others are back before they acknowledge a write, as a rule. */
const outageMs = 500
/** How long it takes others, at most, to be back after us: a probe, a greeting that never comes, a pause, and the commands of a look. */
const returnMs = probeEveryMs + connectMaxMs + reconnectMsMax + 500
/** Of what prepares a server, one after the other. */
export const preparingCommands = 3
/** Where it is, the database, and who it is. */
const commandsOfLook = 3 + preparingCommands

/**
 * How Redis has answered this process lately, over all its sessions: who closes one and comes back knows no more than before.
 *
 * Failures in a row are counted here and not by a library, because those measure time by the wall clock.
 */
export interface Health {
  /** A session begins: what failed before counts no more, unless it was an outage that nobody has seen the end of. */
  opened(): void
  /** `isBack`: the server counted as down. */
  answered(options?: { readonly isBack: boolean }): void
  /** Commands that were under way together fail together: that is one failure, not many. */
  failed(askedMs: number): void
  failuresInARow(): number
  /** Something has failed, and nothing was answered for as long as an outage takes. */
  isInDoubt(): boolean
  /**
   * There was an outage until a moment ago. Others that were cut off as well may have made writes meanwhile that they could not tell the server
   * of, and may not be back yet.
   */
  isRecovering(): boolean
}

export function createHealth({ clock, commandDeadlineMs }: HealthDeps): Health {
  let failures = 0
  let lastFailureMs = Number.NEGATIVE_INFINITY
  let lastAnswerMs = clock.nowMs()
  let recoveringUntilMs = Number.NEGATIVE_INFINITY
  const isSilent = () => clock.nowMs() - lastAnswerMs > outageMs
  const isInDoubt = () => failures > 0 && isSilent()

  return {
    opened() {
      if (isInDoubt()) return
      failures = 0
      lastAnswerMs = clock.nowMs()
    },
    answered({ isBack } = { isBack: false }) {
      // Not where nothing failed: a process that is busy hears late of what was answered in time.
      if ((isBack || failures > 0) && isSilent()) {
        recoveringUntilMs = clock.nowMs() + returnMs + commandsOfLook * commandDeadlineMs
      }
      failures = 0
      lastAnswerMs = clock.nowMs()
    },
    failed(askedMs) {
      if (askedMs < lastFailureMs) return
      failures += 1
      lastFailureMs = clock.nowMs()
    },
    failuresInARow: () => failures,
    isInDoubt,
    isRecovering: () => clock.nowMs() < recoveringUntilMs,
  }
}

export interface HealthDeps {
  readonly clock: Clock
  readonly commandDeadlineMs: number
}
