import { closeSync, openSync, writeSync } from 'node:fs'

/**
 * What one request did. Times are nanoseconds of the monotonic clock of the machine, which all its processes share, since a
 * moment that they were told.
 */
export interface RequestRecord {
  readonly startNs: number
  readonly endNs: number
  readonly kind: 'one' | 'many' | 'write'
  /** Where a read came from; `ok` of a write; `failed`; `hung` of what had no answer when the load was over. */
  readonly status: 'hit' | 'stale' | 'miss' | 'bypass' | 'ok' | 'failed' | 'hung'
  /** Of an error, else empty. */
  readonly code: string
  /** By the name of the row, the version that was seen, or written. */
  readonly versions: Readonly<Record<string, number>>
}

export interface RecordLog {
  write(record: RequestRecord): void
  close(): void
}

/** Reads that are not yet in the file; a process that is killed loses so many checks, and no write. */
const batch = 32

export function openRecordLog(file: string): RecordLog {
  const handle = openSync(file, 'a')
  let lines: string[] = []
  const flush = () => {
    if (lines.length > 0) writeSync(handle, lines.join(''))
    lines = []
  }
  return {
    write(record) {
      lines.push(`${JSON.stringify(record)}\n`)
      // What was acknowledged must be known, whatever happens next.
      if (record.kind === 'write' || lines.length >= batch) flush()
    },
    close() {
      flush()
      closeSync(handle)
    },
  }
}

/** The monotonic clock, in nanoseconds since `epochNs`. */
export function clockSince(epochNs: bigint): () => number {
  return () => Number(process.hrtime.bigint() - epochNs)
}
