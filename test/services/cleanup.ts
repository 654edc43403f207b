type Stop = () => Promise<void>

const open: Stop[] = []

/**
 * Remembers something that must be stopped, whatever becomes of the test that started it.
 *
 * Returns a function that stops it now; later calls of it, and the clean-up at the end, then do nothing.
 */
export function stopLater(stop: Stop): Stop {
  let stopped: Promise<void> | undefined
  const once = () => {
    stopped ??= stop().finally(() => {
      const index = open.indexOf(once)
      if (index >= 0) open.splice(index, 1)
    })
    return stopped
  }
  open.push(once)
  return once
}

/** How many things are open: pass it to {@link stopOpenedSince} to stop what was opened after this moment. */
export function openCount(): number {
  return open.length
}

/** Stops what was opened after `count` things were open, last opened first; everything by default. */
export async function stopOpenedSince(count = 0): Promise<void> {
  const errors: unknown[] = []
  for (const stop of open.slice(count).reverse()) await stop().catch((error: unknown) => errors.push(error))
  if (errors.length > 0) throw new AggregateError(errors, 'Some of what the test opened could not be stopped.')
}
