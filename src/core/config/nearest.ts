/** The name that a mistyped one most likely means, ignoring case; `undefined` when none is near. */
export function nearest(typed: string, names: readonly string[]): string | undefined {
  // A name this long is no typing mistake, and the distance costs its length times the other's.
  if (typed.length > 100) return undefined
  let best: { readonly name: string; readonly distance: number } | undefined
  for (const name of names) {
    const distance = editDistance(typed.toLowerCase(), name.toLowerCase())
    // Two letters swapped are a distance of 2, which a name of four letters must allow.
    const bound = Math.min(3, Math.floor(name.length / 2))
    if (distance <= bound && (best === undefined || distance < best.distance)) best = { name, distance }
  }
  return best?.name
}

/** Levenshtein distance: the letters to add, remove or replace. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let i = 1; i <= from.length; i++) {
    const next = [i]
    for (let j = 1; j <= to.length; j++) {
      const replaced = row[j - 1]! + (from[i - 1] === to[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1))
    }
    row = next
  }
  return row[to.length]!
}
