export interface Random {
  /** Printed when a test fails; BEHAVIOUR_SEED repeats it. */
  readonly seed: number
  /** From 0 up to, and not, `limit`. */
  integer(limit: number): number
  some<T>(items: readonly T[]): T
}

/** Numbers that a seed decides (mulberry32). */
export function randomFrom(seed: number = Number(process.env.BEHAVIOUR_SEED ?? Date.now() % 1_000_000)): Random {
  let state = seed
  const integer = (limit: number) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit)
  }
  return { seed, integer, some: (items) => items[integer(items.length)]! }
}
