/**
 * Does something while the answer to what has just begun is waited for: once that has left, so that it is no later for it. What it throws is of no
 * consequence: nobody relies on it.
 */
export function meanwhile(work: () => void): void {
  // After all promises that are ready, by which a statement makes its way.
  setImmediate(() => {
    try {
      work()
    } catch {}
  })
}
