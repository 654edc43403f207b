import { isDeepStrictEqual } from 'node:util'
import type { Mode } from './modes.ts'
import type { Request } from './workload.ts'

/** What one mode has measured; times in milliseconds, one per request. */
export interface Measured {
  readonly mode: Mode
  readonly reads: number[]
  readonly votes: number[]
  /** The read that follows a vote, of the same city. */
  readonly readsAfter: number[]
  hits: number
  hitsAfter: number
  databaseReads: number
  checked: number
  stale: number
}

/**
 * Replays the requests in all modes, each request in one after the other, so that what disturbs the machine disturbs them
 * alike. The first ones do not count.
 */
export async function replay(
  modes: readonly Mode[],
  requests: readonly Request[],
  warmUp: number,
): Promise<readonly Measured[]> {
  const all = modes.map(measured)
  for (const [at, request] of requests.entries()) {
    const isCounted = at >= warmUp
    for (let i = 0; i < all.length; i += 1) await serve(all[(at + i) % all.length]!, request, isCounted)
  }
  for (const one of all) await check(one, requests)
  return all
}

function measured(mode: Mode): Measured {
  return {
    mode,
    ...{ reads: [], votes: [], readsAfter: [] },
    ...{ hits: 0, hitsAfter: 0, databaseReads: 0, checked: 0, stale: 0 },
  }
}

async function serve(to: Measured, { kind, id }: Request, isCounted: boolean): Promise<void> {
  const { mode } = to
  const before = { hits: mode.hits(), databaseReads: mode.databaseReads() }
  const voteMs = kind === 'vote' ? await timed(() => mode.vote(id)) : null
  const readMs = await timed(() => mode.read(id))
  if (!isCounted) return
  const hits = mode.hits() - before.hits
  to.hits += hits
  to.databaseReads += mode.databaseReads() - before.databaseReads
  if (voteMs === null) to.reads.push(readMs)
  else {
    to.votes.push(voteMs)
    to.readsAfter.push(readMs)
    to.hitsAfter += hits
  }
}

async function timed(run: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now()
  await run()
  return performance.now() - startedMs
}

/** Every page that was asked for, once more. */
async function check(to: Measured, requests: readonly Request[]): Promise<void> {
  for (const id of new Set(requests.map((request) => request.id))) {
    to.checked += 1
    if (!isDeepStrictEqual(await to.mode.read(id), await to.mode.truth(id))) to.stale += 1
  }
}
