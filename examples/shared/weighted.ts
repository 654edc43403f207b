/**
 * Draws by weight: of two, the one with twice the weight comes twice as often.
 *
 * @param weightOf above 0, given the item and its place from 0.
 * @param random numbers from 0 up to 1.
 */
export function drawByWeight<Item>(
  items: readonly Item[],
  weightOf: (item: Item, at: number) => number,
  random: () => number,
): () => Item {
  let sum = 0
  const upTo = Float64Array.from(items, (item, at) => (sum += weightOf(item, at)))
  return () => {
    const drawn = random() * sum
    let low = 0
    let high = upTo.length - 1
    while (low < high) {
      const middle = (low + high) >> 1
      if (upTo[middle]! > drawn) high = middle
      else low = middle + 1
    }
    return items[low]!
  }
}
