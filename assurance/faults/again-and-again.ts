import { setTimeout as delay } from 'node:timers/promises'

/** Does something every so many milliseconds until the function that it returns is called; that resolves when the last one is done. */
export function againAndAgain(everyMs: number, act: () => Promise<unknown>): () => Promise<void> {
  let isOver = false
  const running = (async () => {
    while (!isOver) {
      await act()
      await delay(everyMs)
    }
  })()
  // Its error is told by who ends it.
  running.catch(() => {})
  return () => {
    isOver = true
    return running
  }
}
