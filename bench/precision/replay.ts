import { isDeepStrictEqual } from 'node:util'
import type { Mode } from './modes.ts'
import { isRead, type Read, type Request } from './workload.ts'

export interface Replayed {
  readonly reads: Readonly<Record<Read['kind'], Counts>>
  readonly databaseReads: number
  readonly seconds: number
  /** Of the last different reads, asked once more and compared with the database. */
  readonly checked: number
  readonly stale: number
}

export interface Counts {
  readonly reads: number
  readonly hits: number
}

/** After the requests, so many different reads are checked. */
const lastChecks = 500

/** Replays the requests one after the other, so that a run has the same hits each time. The first ones do not count. */
export async function replay(mode: Mode, requests: readonly Request[], warmUp: number): Promise<Replayed> {
  for (const request of requests.slice(0, warmUp)) await serve(mode, request)

  const reads = { page: none(), list: none(), count: none(), search: none() }
  const databaseReadsBefore = mode.databaseReads()
  const startedMs = performance.now()
  for (const request of requests.slice(warmUp)) {
    const hitsBefore = mode.hits()
    await serve(mode, request)
    if (!isRead(request)) continue
    const { reads: asked, hits } = reads[request.kind]
    reads[request.kind] = { reads: asked + 1, hits: hits + mode.hits() - hitsBefore }
  }
  const seconds = (performance.now() - startedMs) / 1000
  const databaseReads = mode.databaseReads() - databaseReadsBefore
  return { reads, databaseReads, seconds, ...(await check(mode, requests)) }
}

async function serve(mode: Mode, request: Request): Promise<void> {
  if (isRead(request)) await mode.read(request)
  else await mode.write(request)
}

async function check(mode: Mode, requests: readonly Request[]): Promise<{ checked: number; stale: number }> {
  const last = new Map<string, Read>()
  for (let i = requests.length - 1; i >= 0 && last.size < lastChecks; i -= 1) {
    const request = requests[i]!
    if (isRead(request)) last.set(JSON.stringify(request), request)
  }
  let stale = 0
  for (const read of last.values()) {
    if (!isDeepStrictEqual(await mode.read(read), await mode.truth(read))) stale += 1
  }
  return { checked: last.size, stale }
}

function none(): Counts {
  return { reads: 0, hits: 0 }
}
