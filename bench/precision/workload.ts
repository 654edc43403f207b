import { seededRandom } from '../../examples/shared/random.ts'
import { drawByPopulation } from '../../examples/shared/world/popularity.ts'
import type { CityRow } from '../../examples/shared/world/world.ts'
import type { PrismaClient } from '../../prisma/generated/client.ts'

export type Request = Read | Write

/** What the imagined site shows; what a read asks for is in {@link queryOf}. */
export type Read =
  | { readonly kind: 'page'; readonly id: number }
  | { readonly kind: 'list'; readonly countryCode: string }
  | { readonly kind: 'count'; readonly countryCode: string }
  | { readonly kind: 'search'; readonly prefix: string }

export type Write =
  | { readonly kind: 'view'; readonly id: number }
  | { readonly kind: 'population'; readonly id: number; readonly population: number }
  | { readonly kind: 'new city'; readonly city: CityRow }
  | { readonly kind: 'rename'; readonly id: number; readonly name: string }

/** Percent of the requests; together 100. One page view in five is counted: sites count in samples. */
export const percentOf = {
  page: 45,
  list: 20,
  count: 10,
  search: 15,
  view: 8.8,
  population: 1,
  'new city': 0.15,
  rename: 0.05,
} as const satisfies Readonly<Record<Request['kind'], number>>

export const readKinds = ['page', 'list', 'count', 'search'] as const satisfies readonly Read['kind'][]

export interface WorkloadOptions {
  readonly cities: readonly CityRow[]
  readonly requests: number
  /** The same seed makes the same requests. */
  readonly seed: number
}

/** The requests, in order. A city with twice the people is asked for, and written, twice as often. */
export function makeWorkload({ cities, requests, seed }: WorkloadOptions): readonly Request[] {
  const random = seededRandom(seed)
  const drawCity = drawByPopulation(cities, random)
  let nextId = cities.reduce((highest, { id }) => Math.max(highest, id), 0) + 1

  const make: { readonly [Kind in Request['kind']]: () => Extract<Request, { kind: Kind }> } = {
    page: () => ({ kind: 'page', id: drawCity().id }),
    list: () => ({ kind: 'list', countryCode: drawCity().countryCode }),
    count: () => ({ kind: 'count', countryCode: drawCity().countryCode }),
    // As somebody types: two to four characters.
    search: () => ({ kind: 'search', prefix: drawCity().name.slice(0, 2 + Math.floor(random() * 3)) }),
    view: () => ({ kind: 'view', id: drawCity().id }),
    population() {
      const { id, population } = drawCity()
      return { kind: 'population', id, population: Math.round(population * (0.95 + random() * 0.1)) }
    },
    'new city'() {
      const { name, ...near } = drawCity()
      return { kind: 'new city', city: { ...near, id: nextId++, name: `${name} Nova`, population: 1000 } }
    },
    rename() {
      const { id, name } = drawCity()
      return { kind: 'rename', id, name: `${name} City` }
    },
  }
  const kinds = Object.entries(percentOf) as [Request['kind'], number][]
  const next = (): Request => {
    let drawn = random() * 100
    for (const [kind, percent] of kinds) {
      drawn -= percent
      if (drawn < 0) return make[kind]()
    }
    return make.page()
  }
  return Array.from({ length: requests }, next)
}

/** A query as Prisma names it, so that it can be run and analysed. */
export interface Query {
  readonly operation: 'findUnique' | 'findMany' | 'count'
  readonly args: Readonly<Record<string, unknown>>
}

export function queryOf(read: Read): Query {
  switch (read.kind) {
    case 'page': {
      const country = { select: { name: true, region: true } }
      const select = { id: true, name: true, population: true, latitude: true, longitude: true, country }
      return { operation: 'findUnique', args: { where: { id: read.id }, select } }
    }
    case 'list': {
      const select = { id: true, name: true, population: true }
      const largest = { orderBy: { population: 'desc' }, take: 10 }
      return { operation: 'findMany', args: { where: { countryCode: read.countryCode }, select, ...largest } }
    }
    case 'count':
      return { operation: 'count', args: { where: { countryCode: read.countryCode } } }
    case 'search': {
      const select = { id: true, name: true, country: { select: { name: true } } }
      const largest = { orderBy: { population: 'desc' }, take: 10 }
      return { operation: 'findMany', args: { where: { name: { startsWith: read.prefix } }, select, ...largest } }
    }
  }
}

export async function answer(prisma: Cities, read: Read): Promise<unknown> {
  const { operation, args } = queryOf(read)
  return (prisma.city[operation] as (args: unknown) => Promise<unknown>)(args)
}

export async function write(prisma: Cities, request: Write): Promise<void> {
  const { city } = prisma as PrismaClient
  switch (request.kind) {
    case 'view':
      await city.update({ where: { id: request.id }, data: { views: { increment: 1 } } })
      return
    case 'population':
      await city.update({ where: { id: request.id }, data: { population: request.population } })
      return
    case 'new city':
      await city.create({ data: request.city })
      return
    case 'rename':
      await city.update({ where: { id: request.id }, data: { name: request.name } })
  }
}

/** Any client with the cities: plain, or extended. */
export type Cities = { readonly city: Readonly<Record<keyof PrismaClient['city'], unknown>> }

export function isRead(request: Request): request is Read {
  return (readKinds as readonly string[]).includes(request.kind)
}
