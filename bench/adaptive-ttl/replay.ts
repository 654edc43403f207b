import { isDeepStrictEqual } from 'node:util'
import type { PrismaClient } from '../../prisma/generated/client.ts'
import type { Mode } from './modes.ts'
import { answer, isRead, type Read, type Request, readKinds, write } from './workload.ts'

export interface Measured {
  readonly mode: Mode
  readonly kinds: Readonly<Record<Read['kind'], Counts>>
}

export interface Counts {
  reads: number
  hits: number
  /** Answers that were not what the database held. */
  stale: number
  /** Of all reads, the TTLs that entries of the kind were last given, together. */
  ttlMs: number
}

/**
 * Serves each request in all modes, one after the other, so that time passes for them alike; writes are made once, past all caches. Every
 * answer is compared with the database's. The first requests do not count.
 */
export async function replay(
  modes: readonly Mode[],
  plain: PrismaClient,
  { requests, warmUp }: { readonly requests: readonly Request[]; readonly warmUp: number },
): Promise<readonly Measured[]> {
  const all = modes.map((mode) => ({ mode, kinds: { views: none(), largest: none(), page: none(), names: none() } }))
  for (const [at, request] of requests.entries()) {
    if (!isRead(request)) {
      await write(plain, request)
      continue
    }
    const truth = await answer(plain, request)
    for (const { mode, kinds } of all) {
      const hitsBefore = mode.hits()
      const answered = await mode.read(request)
      if (at < warmUp) continue
      const counts = kinds[request.kind]
      counts.reads += 1
      counts.hits += mode.hits() - hitsBefore
      counts.ttlMs += mode.ttlMs(request.kind)
      if (!isDeepStrictEqual(answered, truth)) counts.stale += 1
    }
  }
  return all
}

function none(): Counts {
  return { reads: 0, hits: 0, stale: 0, ttlMs: 0 }
}

/** Of all kinds together. */
export function totalOf({ kinds }: Measured): Counts {
  return readKinds.reduce(
    (sum, kind) => ({
      reads: sum.reads + kinds[kind].reads,
      hits: sum.hits + kinds[kind].hits,
      stale: sum.stale + kinds[kind].stale,
      ttlMs: sum.ttlMs + kinds[kind].ttlMs,
    }),
    none(),
  )
}
