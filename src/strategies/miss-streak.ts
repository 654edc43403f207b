/**
 * How lookups of one kind went lately: after some misses in a row the next one is expected to miss, too. Then it is not looked up first, which
 * would be a round trip for nothing: the load that begins looks at the entry anyway.
 */
export interface MissStreak {
  missed(): void
  /** There was a hit, or a load that began told nothing of the entry. */
  end(): void
  expectsMiss(): boolean
}

/** Being wrong costs a script and the release of a lease instead of a read, for all that are under way until the first is answered. */
const streakMin = 8

export function createMissStreak(): MissStreak {
  let misses = 0
  return {
    missed() {
      misses += 1
    },
    end() {
      misses = 0
    },
    expectsMiss: () => misses >= streakMin,
  }
}
