/**
 * How many writes are read and applied together: as many as a batch may have, and half as many after each failure, for it may have been too
 * much for a deadline.
 */
export interface PageSize {
  writes(): number
  /** A page got through: the next one may be twice as large. */
  passed(): void
  failed(): void
}

export function createPageSize(max: number): PageSize {
  let writes = max
  return {
    writes: () => writes,
    passed() {
      writes = Math.min(writes * 2, max)
    },
    failed() {
      writes = Math.ceil(writes / 2)
    },
  }
}
