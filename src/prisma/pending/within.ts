import { setTimeout as pause } from 'node:timers/promises'

/** Rejects when the work takes longer, which may come to its end all the same. Does not keep the process alive. */
export async function within<T>(work: Promise<T>, limitMs: number): Promise<T> {
  const ended = new AbortController()
  const late = async (): Promise<never> => {
    await pause(limitMs, undefined, { ref: false, signal: ended.signal })
    throw new Error(`The database did not answer within ${limitMs} ms.`)
  }
  try {
    return await Promise.race([work, late()])
  } finally {
    ended.abort()
  }
}
