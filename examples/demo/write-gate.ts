/**
 * Lets writes run side by side, and a check alone: it waits for the writes under way, and new ones wait for it.
 *
 * - *open*   writes run. Leaves when somebody wants to be alone.
 * - *closed* new writes wait; once those under way have ended, the check runs. Leaves when the check is over.
 */
export interface WriteGate {
  write<T>(run: () => Promise<T>): Promise<T>
  /** One at a time. */
  withoutWrites<T>(run: () => Promise<T>): Promise<T>
}

export function createWriteGate(): WriteGate {
  const writing = new Set<Promise<unknown>>()
  let lastCheck: Promise<unknown> = Promise.resolve()
  let checks = 0

  return {
    async write(run) {
      while (checks > 0) await lastCheck
      const write = run()
      const tracked = write.catch(() => {}).finally(() => writing.delete(tracked))
      writing.add(tracked)
      return write
    },
    withoutWrites(run) {
      checks += 1
      const check = lastCheck
        .then(() => Promise.all(writing))
        .then(run)
        .finally(() => {
          checks -= 1
        })
      lastCheck = check.catch(() => {})
      return check
    },
  }
}
