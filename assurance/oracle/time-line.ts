import type { RequestRecord } from '../load/record-log.ts'

export const bucketMs = 250

/** What was answered in one stretch of {@link bucketMs}, from `fromMs` on. */
export interface Bucket {
  readonly fromMs: number
  requests: number
  failures: number
  hits: number
  misses: number
  bypasses: number
  maxLatencyMs: number
}

/** The load from its first answer to its last. */
export function timeLine(records: readonly RequestRecord[]): readonly Bucket[] {
  const buckets: Bucket[] = []
  for (const record of records) {
    const at = Math.floor(record.endNs / 1e6 / bucketMs)
    const bucket = buckets[at] ?? emptyBucket(at)
    buckets[at] = bucket
    bucket.requests += 1
    bucket.maxLatencyMs = Math.max(bucket.maxLatencyMs, Math.round((record.endNs - record.startNs) / 1e4) / 100)
    if (record.status === 'hit' || record.status === 'stale') bucket.hits += 1
    if (record.status === 'miss') bucket.misses += 1
    if (record.status === 'bypass') bucket.bypasses += 1
    if (record.status === 'failed' || record.status === 'hung') bucket.failures += 1
  }
  const first = buckets.findIndex(Boolean)
  return Array.from(buckets.slice(Math.max(first, 0)), (bucket, i) => bucket ?? emptyBucket(first + i))
}

function emptyBucket(at: number): Bucket {
  return { fromMs: at * bucketMs, requests: 0, failures: 0, hits: 0, misses: 0, bypasses: 0, maxLatencyMs: 0 }
}
