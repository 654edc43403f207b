import type { Later } from '../../examples/shared/cleanup.ts'
import { openDatabase } from '../../examples/shared/database.ts'
import { loadWorld } from '../../examples/shared/world/load.ts'
import type { World } from '../../examples/shared/world/world.ts'
import { PrismaClient } from '../../prisma/generated/client.ts'
import type { cachePlugin } from '../../src/index.ts'

export interface Environment {
  readonly world: World
  readonly database: string
  readonly redis: string
  readonly later: Later
  /** Of every client: `minimal` spares each call a stack trace. */
  readonly errorFormat: ErrorFormat
  readonly cachePlugin: typeof cachePlugin
}

export const errorFormats = ['pretty', 'colorless', 'minimal'] as const
export type ErrorFormat = (typeof errorFormats)[number]

/** A database of its own on the server, with the cities, whose `views` are the counters. */
export interface Counters {
  readonly url: string
  /** The client without the plugin. */
  readonly plain: PrismaClient
  /** Of all of them. */
  readonly ids: readonly number[]
  /** To be called for each write that was accepted. */
  count(id: number): void
  check(): Promise<Check>
  /** What all of them hold together. */
  total(): Promise<number>
  /** Takes dead rows away, so that each measurement begins with as much work for the database as the one before. */
  tidy(): Promise<void>
}

export interface Check {
  /** All writes that were accepted so far. */
  readonly accepted: number
  /** What all counters hold together. */
  readonly stored: number
  /** Counters that hold something else than the writes that were accepted for them. */
  readonly wrong: number
}

export async function openCounters({ world, database, later, errorFormat }: Environment): Promise<Counters> {
  const { adapter, url, close } = await openDatabase(database)
  later(close)
  const plain = new PrismaClient({ adapter, errorFormat })
  later(() => plain.$disconnect())
  await loadWorld(plain, world)
  const counted = new Map<number, number>()
  return {
    url: url!,
    plain,
    ids: world.cities.map(({ id }) => id),
    count: (id) => void counted.set(id, (counted.get(id) ?? 0) + 1),
    async check() {
      const rows = await plain.city.findMany({ select: { id: true, views: true } })
      return {
        accepted: [...counted.values()].reduce((sum, writes) => sum + writes, 0),
        stored: rows.reduce((sum, { views }) => sum + views, 0),
        wrong: rows.filter(({ id, views }) => views !== (counted.get(id) ?? 0)).length,
      }
    },
    async total() {
      const { _sum } = await plain.city.aggregate({ _sum: { views: true } })
      return _sum.views ?? 0
    },
    tidy: async () => void (await plain.$executeRaw`VACUUM (ANALYZE) "City"`),
  }
}
