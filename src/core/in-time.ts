import type { Clock, Timer } from './clock.ts'

/** How work stood when it ended, or when its time was over. */
export type Waited<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'late' }

/** Waits for work, `limitMs` at most; `Infinity` for as long as it takes. Never rejects. What is late goes on, and its error is nobody's. */
export async function inTime<T>(work: Promise<T>, limitMs: number, clock: Clock): Promise<Waited<T>> {
  const ended = work.then(
    (value): Waited<T> => ({ kind: 'done', value }),
    (error: unknown): Waited<T> => ({ kind: 'failed', error }),
  )
  if (!Number.isFinite(limitMs)) return ended
  let timer: Timer | undefined
  const late = new Promise<Waited<T>>((resolve) => {
    timer = clock.after(limitMs, () => resolve({ kind: 'late' }))
  })
  try {
    return await Promise.race([ended, late])
  } finally {
    timer?.cancel()
  }
}
