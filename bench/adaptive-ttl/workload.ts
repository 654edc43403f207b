import { seededRandom } from '../../examples/shared/random.ts'
import { drawByWeight } from '../../examples/shared/weighted.ts'
import { drawByPopulation } from '../../examples/shared/world/popularity.ts'
import type { CityRow } from '../../examples/shared/world/world.ts'
import type { PrismaClient } from '../../prisma/generated/client.ts'

/** Somebody reads through the cache, or another program writes past it. */
export type Request = Read | Write

/** What changes often, now and then, seldom, and never. */
export const readKinds = ['views', 'largest', 'page', 'names'] as const

export interface Read {
  readonly kind: (typeof readKinds)[number]
  readonly city: CityRow
}

export interface Write {
  readonly kind: 'view' | 'census'
  readonly city: CityRow
}

/** Of all requests, in percent; each kind of read has the same part of the rest. */
export const writesPercent = { view: 8, census: 1 } as const

/** The requests, in order. A city with twice the people is read, and written, twice as often. */
export function makeWorkload(cities: readonly CityRow[], requests: number, seed: number): readonly Request[] {
  const random = seededRandom(seed)
  const drawCity = drawByPopulation(cities, random)
  const readPercent = (100 - writesPercent.view - writesPercent.census) / readKinds.length
  const weights = { views: readPercent, largest: readPercent, page: readPercent, names: readPercent, ...writesPercent }
  const kinds = Object.keys(weights) as (keyof typeof weights)[]
  const drawKind = drawByWeight(kinds, (kind) => weights[kind], random)
  return Array.from({ length: requests }, () => ({ kind: drawKind(), city: drawCity() }))
}

export function isRead(request: Request): request is Read {
  return (readKinds as readonly string[]).includes(request.kind)
}

/** Any client with the cities: plain, or with a cache. */
export type Cities = Pick<PrismaClient, 'city'>

export function answer({ city }: Cities, { kind, city: { id, countryCode, name } }: Read): Promise<unknown> {
  switch (kind) {
    case 'views':
      return city.findUnique({ where: { id }, select: { views: true } })
    case 'largest': {
      const select = { name: true, population: true }
      return city.findMany({ where: { countryCode }, select, orderBy: { population: 'desc' }, take: 5 })
    }
    case 'page':
      return city.findUnique({ where: { id }, select: { name: true, population: true, countryCode: true } })
    case 'names':
      return city.findMany({ where: { name: { startsWith: name.slice(0, 2) } }, select: { name: true }, take: 10 })
  }
}

export async function write({ city }: Cities, { kind, city: { id } }: Write): Promise<void> {
  const data = kind === 'view' ? { views: { increment: 1 } } : { population: { increment: 1 } }
  await city.update({ where: { id }, data, select: { id: true } })
}
