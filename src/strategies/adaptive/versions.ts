import { hash } from 'node:crypto'
import { LRUCache } from 'lru-cache'

/** An entry that was loaded. */
export interface LoadedVersion {
  /** The digest of its key. */
  readonly key: string
  /** When the query began, in milliseconds. */
  readonly atMs: number
  /** The stamps that it was loaded under. */
  readonly stamps: readonly (string | null)[]
  readonly payload: string
}

/** What a load tells of the time since the one before. */
export interface Look {
  /** Above 0. */
  readonly sinceMs: number
  /** Whether somebody changed the result behind the cache's back; `null` when a write that the cache knows of has come between. */
  readonly isChanged: boolean | null
  /** In this process, of the entry before it. */
  readonly hits: number
}

/** What this process loaded last, by key, to tell whether it has changed. */
export interface Versions {
  /** `null` for the first load of an entry. */
  look(version: LoadedVersion): Look | null
  hit(key: string): void
}

const keysMax = 10_000

interface Last {
  readonly atMs: number
  /** Digests. */
  readonly stamps: string
  readonly payload: string
  hits: number
}

export function createVersions(): Versions {
  const last = new LRUCache<string, Last>({ max: keysMax })
  return {
    look({ key, atMs, stamps, payload }) {
      const version = { atMs, stamps: digest(stamps.join(' ')), payload: digest(payload), hits: 0 }
      const before = last.get(key)
      last.set(key, version)
      if (!before || atMs <= before.atMs) return null
      const isChanged = before.stamps === version.stamps ? before.payload !== version.payload : null
      return { sinceMs: atMs - before.atMs, isChanged, hits: before.hits }
    },
    hit(key) {
      const version = last.get(key)
      if (version) version.hits += 1
    },
  }
}

function digest(text: string): string {
  return hash('sha1', text, 'base64url')
}
