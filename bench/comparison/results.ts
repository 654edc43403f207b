import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { availableParallelism, cpus } from 'node:os'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Compared } from './compare.ts'
import type { Figures } from './figures.ts'
import type { Memory } from './memory.ts'

/** What one run found, and what it ran on. */
export interface Results {
  readonly date: string
  readonly machine: string
  /** The database and Redis. */
  readonly servers: readonly string[]
  readonly versions: Readonly<Record<string, string>>
  readonly method: Readonly<Record<string, number>>
  /** See {@link Compared}. */
  readonly keysInRedis: Compared['keysInRedis']
  readonly ways: readonly WayResult[]
  readonly figures: Figures
  readonly memory: Memory
}

export interface WayResult {
  readonly name: string
  readonly isPeer: boolean
  readonly note: string | null
  /** See {@link Answers}; `null`: it keeps nothing, or does not work. */
  readonly answers: Answers | null
}

/** Whether what it serves is what the database would have answered. */
export interface Answers {
  /** A hit is the same, type for type. */
  readonly types: boolean
  /** So is a lookup after an update of its row. */
  readonly afterWrite: boolean
  /** So is a row with related rows, after an update of one of these. */
  readonly relatedAfterWrite: boolean
}

export const resultsFile = fileURLToPath(new URL('../results/comparison.json', import.meta.url))

export function readResults(): Results {
  return JSON.parse(readFileSync(resultsFile, 'utf8')) as Results
}

export function writeResults(results: Results): void {
  mkdirSync(dirname(resultsFile), { recursive: true })
  // A list of numbers takes one line, not one for each.
  const text = JSON.stringify(results, null, 1).replaceAll(/\[[\d\s,.-]+\]/g, (list) => list.replaceAll(/\s+/g, ' '))
  writeFileSync(resultsFile, `${text}\n`)
}

export function describeProcessor(): string {
  return `${cpus()[0]?.model.trim()}, ${availableParallelism()} cores, Node ${process.versions.node}`
}

/** Of packages, as they are installed: those of the root, or those of the folder of a file. */
export function versionsOf(names: readonly string[], file: string | URL = import.meta.url): Record<string, string> {
  const require = createRequire(file)
  return Object.fromEntries(names.map((name) => [name, versionOf(name, require)]))
}

function versionOf(name: string, require: NodeJS.Require): string {
  for (const folder of require.resolve.paths(name) ?? []) {
    try {
      return (JSON.parse(readFileSync(`${folder}/${name}/package.json`, 'utf8')) as { version: string }).version
    } catch {
      // Not in this folder.
    }
  }
  return '?'
}
