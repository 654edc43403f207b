import type { CityRow } from './world.ts'

/** Draws cities by the people who live in them: of two, the one with twice the people comes twice as often. */
export function drawByPopulation(cities: readonly CityRow[], random: () => number): () => CityRow {
  let sum = 0
  // Nobody lives in some of them, according to the data set; they have pages all the same.
  const upTo = Float64Array.from(cities, ({ population }) => (sum += Math.max(population, 1)))
  return () => {
    const drawn = random() * sum
    let low = 0
    let high = upTo.length - 1
    while (low < high) {
      const middle = (low + high) >> 1
      if (upTo[middle]! > drawn) high = middle
      else low = middle + 1
    }
    return cities[low]!
  }
}
