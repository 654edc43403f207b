/** Looks once, with the first operation, at what the configuration should know of the database, and warns. */
export interface StartChecks {
  /** Starts them with the first call. */
  start(): void
  /** Resolves when they are over; at once if they were never started. Never rejects. */
  done(): Promise<void>
}

/** @param checks none of which rejects. */
export function createStartChecks(checks: readonly (() => Promise<void>)[]): StartChecks {
  let running: Promise<unknown> | undefined
  return {
    start() {
      running ??= Promise.all(checks.map((check) => check()))
    },
    async done() {
      await running
    },
  }
}
