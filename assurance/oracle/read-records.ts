import { readFileSync } from 'node:fs'
import type { RequestRecord } from '../load/record-log.ts'

/** What everybody did during one run. */
export interface Records {
  /** Of each process of the load. */
  readonly processes: readonly (readonly RequestRecord[])[]
  /** Of processes that died, and of writers that are none of the load. */
  readonly others: readonly RequestRecord[]
}

/** @param files those of the load first, `workers` in number. */
export function readRecords(files: readonly string[], workers: number): Records {
  const all = files.map((file) => readFileSync(file, 'utf8').split('\n').flatMap(parsed))
  return { processes: all.slice(0, workers), others: all.slice(workers).flat() }
}

/** A line that was cut off by the death of its process is none. */
function parsed(line: string): readonly RequestRecord[] {
  try {
    return line === '' ? [] : [JSON.parse(line) as RequestRecord]
  } catch {
    return []
  }
}
