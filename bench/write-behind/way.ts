import type { PrismaClient } from '../../prisma/generated/client.ts'
import type { Counters } from './counters.ts'

/** One of the ways that are compared, on counters of its own. */
export interface Way<Measured> {
  readonly counters: Counters
  measure(size: Size): Promise<Measured>
}

export interface Size {
  /** How long writers write. */
  readonly seconds: number
  readonly writers: number
  /** Writes that wait before their application is timed. */
  readonly backlog: number
}

/** The call that is compared; it counts once it was accepted. */
export function increment(client: PrismaClient, { count }: Counters): (id: number) => Promise<void> {
  return async (id) => {
    await client.city.update({ where: { id }, data: { views: { increment: 1 } } })
    count(id)
  }
}

/** Seconds. */
export async function timed(run: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now()
  await run()
  return (performance.now() - startedMs) / 1000
}
