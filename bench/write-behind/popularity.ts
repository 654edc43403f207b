/**
 * Draws ids by Zipf's law with s = 1: the first comes twice as often as the second, and n times as often as the nth.
 *
 * @param random numbers from 0 up to 1.
 */
export function drawByRank(ids: readonly number[], random: () => number): () => number {
  let sum = 0
  const upTo = Float64Array.from(ids, (_, at) => (sum += 1 / (at + 1)))
  return () => {
    const drawn = random() * sum
    let low = 0
    let high = upTo.length - 1
    while (low < high) {
      const middle = (low + high) >> 1
      if (upTo[middle]! > drawn) high = middle
      else low = middle + 1
    }
    return ids[low]!
  }
}
