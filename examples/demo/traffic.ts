import { seededRandom } from '../shared/random.ts'
import { drawByPopulation } from '../shared/world/popularity.ts'
import type { CityRow } from '../shared/world/world.ts'

export type Request = Read | Update

/** What the imagined site shows. */
export type Read =
  | { readonly kind: 'city page'; readonly id: number }
  | { readonly kind: 'largest cities'; readonly countryCode: string }
  | { readonly kind: 'country numbers'; readonly countryCode: string }
  | { readonly kind: 'search'; readonly prefix: string }

export interface Update {
  readonly kind: 'update'
  readonly id: number
  readonly population: number
}

export const readKinds = ['city page', 'largest cities', 'country numbers', 'search'] as const

export interface Traffic {
  next(): Request
}

export interface TrafficOptions {
  readonly cities: readonly CityRow[]
  /** The same seed makes the same requests in the same order. */
  readonly seed: number
  /** Between 0 and 1. */
  readonly writeShare: number
}

/** An endless sequence of requests. A city with twice the people is asked for, and updated, twice as often. */
export function createTraffic({ cities, seed, writeShare }: TrafficOptions): Traffic {
  const random = seededRandom(seed)
  const drawCity = drawByPopulation(cities, random)

  function nextRead(): Read {
    const { id, name, countryCode } = drawCity()
    const choice = random()
    if (choice < 0.25) return { kind: 'city page', id }
    if (choice < 0.5) return { kind: 'largest cities', countryCode }
    if (choice < 0.75) return { kind: 'country numbers', countryCode }
    return { kind: 'search', prefix: name.slice(0, 2) }
  }

  function nextUpdate(): Update {
    const { id, population } = drawCity()
    return { kind: 'update', id, population: Math.round(population * (0.95 + random() * 0.1)) }
  }

  return { next: () => (random() < writeShare ? nextUpdate() : nextRead()) }
}
