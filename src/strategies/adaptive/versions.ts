import { hash } from 'node:crypto'
import { LRUCache } from 'lru-cache'

/** An entry as it was loaded, by whichever process. */
export interface Version {
  /** The digest of its key. */
  readonly key: string
  readonly loadedAtMs: number
  /** By tag id: what it was loaded under. */
  readonly stamps: Readonly<Record<string, string>>
  readonly payload: string
}

/** What a version tells of the time since the one before that this process has seen. */
export interface Look {
  /** Above 0. */
  readonly sinceMs: number
  /** Whether somebody changed the result behind the cache's back; `null` when a write that the cache knows of has come between. */
  readonly isChanged: boolean | null
  /** In this process, of the version before it. */
  readonly hits: number
}

/** The versions that this process has seen last, to tell whether results change. */
export interface Versions {
  /** `null` for the first version of an entry. */
  loaded(version: Version): Look | null
  /**
   * A fresh entry answered. `null` where it is the version that was seen last: one that was loaded less than `apartMs` after that.
   */
  hit(version: Version, apartMs: number): Look | null
}

const keysMax = 10_000

interface Last {
  readonly loadedAtMs: number
  readonly stamps: Version['stamps']
  /** A digest. */
  readonly payload: string
  hits: number
}

export function createVersions(): Versions {
  const last = new LRUCache<string, Last>({ max: keysMax })

  function look({ key, loadedAtMs, stamps, payload }: Version): Look | null {
    const version = { loadedAtMs, stamps, payload: hash('sha1', payload, 'base64url'), hits: 0 }
    const before = last.get(key)
    last.set(key, version)
    if (!before || loadedAtMs <= before.loadedAtMs) return null
    const isChanged = isUntouched(before.stamps, stamps) ? before.payload !== version.payload : null
    return { sinceMs: loadedAtMs - before.loadedAtMs, isChanged, hits: before.hits }
  }

  return {
    loaded: look,
    hit(version, apartMs) {
      const seen = last.get(version.key)
      const isSeen = seen && version.loadedAtMs - seen.loadedAtMs < apartMs && isUntouched(seen.stamps, version.stamps)
      const found = isSeen ? null : look(version)
      last.get(version.key)!.hits += 1
      return found
    },
  }
}

/**
 * Rows that others changed may lead to other tags. Those that are still there tell: a write that the cache knows of, and that changes which
 * rows there are, touches what the query asks for.
 */
function isUntouched(before: Version['stamps'], after: Version['stamps']): boolean {
  return Object.entries(after).every(([id, stamp]) => before[id] === undefined || before[id] === stamp)
}
