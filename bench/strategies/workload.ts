import { seededRandom } from '../../examples/shared/random.ts'
import { drawByPopulation } from '../../examples/shared/world/popularity.ts'
import type { CityRow } from '../../examples/shared/world/world.ts'

/** A page of a city is shown; or somebody votes for it, and sees the page with the new count. */
export interface Request {
  readonly kind: 'read' | 'vote'
  readonly id: number
}

export const votesPercent = 20

/** The requests, in order. A city with twice the people is asked for, and voted for, twice as often. */
export function makeWorkload(cities: readonly CityRow[], requests: number, seed: number): readonly Request[] {
  const random = seededRandom(seed)
  const drawCity = drawByPopulation(cities, random)
  return Array.from({ length: requests }, () => ({
    kind: random() * 100 < votesPercent ? 'vote' : 'read',
    id: drawCity().id,
  }))
}
