/** The ways that are not somebody else's. */
export const wayNames = {
  noCache: 'no cache',
  raw: 'raw',
  floor: 'floor',
  bare: 'GET in a hook',
  passThrough: 'pass-through hook',
  redis: 'plugin on Redis',
  embedded: 'plugin embedded',
  writeThrough: 'plugin, write-through',
  compressed: 'plugin, compressed',
  hooked: 'plugin, with a hook of another',
} as const

/**
 * The write without a cache, and after it one command to Redis, or two one after the other: in the rhythm of writes, in which both have gone to
 * sleep meanwhile, a round trip takes several times as long as one right after the other.
 */
export const thenRoundTrips = ['no cache, then a round trip', 'no cache, then two round trips'] as const

export const writeCase = 'write'
export const uncachedCase = 'uncached'
/** Invalidating a tag that one entry carries, and one that all carry. */
export const tagCase = 'tag'
export const oneDependent = 'one entry'
export const allDependents = 'all entries'

/** `findUnique, 64 in flight` */
export function caseName(name: string, inFlight: number): string {
  return `${name}, ${inFlight} in flight`
}

/** Where many calls are in flight, it is their rate that counts, and not how long each of them waits for the others. */
export function isByRate(name: string): boolean {
  const [, inFlight = '1'] = name.match(/, (\d+) in flight$/) ?? []
  return inFlight !== '1'
}
