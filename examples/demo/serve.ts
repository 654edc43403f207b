import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Site } from './site.ts'
import type { Read, Traffic } from './traffic.ts'
import type { WriteGate } from './write-gate.ts'

export interface Served {
  /** How long each took, in milliseconds. */
  readonly readsMs: readonly number[]
  readonly writesMs: readonly number[]
}

/** How long, or until how many requests were served. */
export type Until = { readonly seconds: number } | { readonly requests: number }

export interface ServeOptions {
  readonly site: Site
  readonly traffic: Traffic
  readonly until: Until
  /** How many requests are under way at a time. */
  readonly concurrency: number
  readonly gate: WriteGate
  /** Called after every read; the time it takes is not part of any latency. */
  readonly afterRead?: (read: Read, index: number) => Promise<void>
}

/** Sends traffic to a site: each of the imagined visitors sends the next request as soon as the last one is answered. */
export async function serve({ site, traffic, until, concurrency, gate, afterRead }: ServeOptions): Promise<Served> {
  const endMs = 'seconds' in until ? performance.now() + until.seconds * 1000 : Number.POSITIVE_INFINITY
  let left = 'requests' in until ? until.requests : Number.POSITIVE_INFINITY
  const readsMs: number[] = []
  const writesMs: number[] = []

  async function visitor() {
    while (performance.now() < endMs && left > 0) {
      left -= 1
      const request = traffic.next()
      if (request.kind === 'update') {
        await gate.write(() => timed(writesMs, () => site.update(request)))
        continue
      }
      await timed(readsMs, () => site.answer(request))
      await afterRead?.(request, readsMs.length)
    }
  }
  await Promise.all(Array.from({ length: concurrency }, visitor))
  return { readsMs, writesMs }
}

/** A request arrives with a turn of the event loop, and what it waits for that turn counts: others may keep it busy. */
async function timed<T>(into: number[], run: () => Promise<T>): Promise<T> {
  const startedMs = performance.now()
  await nextTurn()
  const result = await run()
  into.push(performance.now() - startedMs)
  return result
}
