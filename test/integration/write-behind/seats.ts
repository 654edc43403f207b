import { expect } from 'vitest'
import type { CacheEvent } from '../../../src/index.ts'
import { freshDatabase } from '../../services/fresh.ts'
import { type CachedClient, type CachedClientOptions, cachedClient, type StoreConfig } from '../cached-client.ts'

export type Seat = CachedClient

/** What is accepted waits until somebody asks for it. The stores of the tests keep nothing on disk. */
export const behind = { strategy: 'write-behind', acceptLoss: true, batch: { maxDelay: '1h' } } as const

type Models = NonNullable<NonNullable<CachedClientOptions['config']>['models']>

export interface SeatsOptions extends StoreConfig {
  readonly models: Models
  readonly config?: CachedClientOptions['config']
}

/** Two clients that are to each other as processes are, on a database with France, its city 1, and the users 1 to 4. */
export async function openSeats({ models, config, ...store }: SeatsOptions) {
  const options = { databaseUrl: await freshDatabase(), ...store, config: { ...config, models } }
  const [one, two] = [cachedClient(options), cachedClient(options)]
  await one.base.country.create({ data: { code: 'FR', name: 'France', region: 'Europe' } })
  await one.base.city.create({ data: city(1) })
  await one.base.user.createMany({ data: [1, 2, 3, 4].map((id) => ({ id, email: `${id}@x` })) })
  await one.base.org.create({ data: { id: 1, name: 'org' } })
  return { one, two, options }
}

export function city(id: number) {
  return { id, name: `City ${id}`, countryCode: 'FR', population: 5, latitude: 1.5, longitude: 2, views: 0 }
}

export function post(id: number, slug: string) {
  return { id, slug, title: `Post ${id}`, authorId: 1, createdAt: new Date(0) }
}

export const add = (views: number) => ({ where: { id: 1 }, data: { views: { increment: views } } })

/** Why writes were made at once, of those since it was last asked. */
export function reasons({ events }: Seat): readonly string[] {
  const found = events.filter((event): event is Extract<CacheEvent, { kind: 'synchronous' }> => {
    return event.kind === 'synchronous'
  })
  events.splice(0)
  return found.map(({ reason }) => reason)
}

/** That nothing of what was accepted is refused, and that the database has all of it. */
export async function flushed({ prisma }: Seat): Promise<void> {
  await prisma.$cache.flush()
  expect(await prisma.$cache.deadLetters.list()).toEqual([])
}

/** Prisma sends nothing before somebody waits for it. */
export function begun<T>(call: PromiseLike<T>): Promise<T> {
  return Promise.resolve(call.then((result) => result))
}

export function later<T = void>() {
  let resolve!: (value: T) => void
  const promise = new Promise<T>((done) => {
    resolve = done
  })
  return { promise, resolve }
}
