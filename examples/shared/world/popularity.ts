import { drawByWeight } from '../weighted.ts'
import type { CityRow } from './world.ts'

/** Draws cities by the people who live in them: of two, the one with twice the people comes twice as often. */
export function drawByPopulation(cities: readonly CityRow[], random: () => number): () => CityRow {
  // Nobody lives in some of them, according to the data set; they have pages all the same.
  return drawByWeight(cities, ({ population }) => Math.max(population, 1), random)
}
