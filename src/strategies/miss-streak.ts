/**
 * How lookups of one kind went lately: after some misses in a row the next one is expected to miss, too. Then it is not looked up first, which
 * would be a round trip for nothing: the load that begins looks at the entry anyway.
 */
export interface MissStreak {
  hit(): void
  missed(): void
  expectsMiss(): boolean
}

/** Being wrong costs a script and a lease instead of a read, once. */
const streakMin = 8

export function createMissStreak(): MissStreak {
  let misses = 0
  return {
    hit() {
      misses = 0
    },
    missed() {
      misses += 1
    },
    expectsMiss: () => misses >= streakMin,
  }
}
