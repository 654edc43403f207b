import type { Later } from '../../examples/shared/cleanup.ts'
import { countedAdapter } from '../../examples/shared/counted-adapter.ts'
import { openDatabase } from '../../examples/shared/database.ts'
import { newNamespace, unlinkNamespace } from '../../examples/shared/namespace.ts'
import { loadWorld } from '../../examples/shared/world/load.ts'
import type { World } from '../../examples/shared/world/world.ts'
import { PrismaClient } from '../../prisma/generated/client.ts'
import { cachePlugin } from '../../src/index.ts'

export const modeNames = ['no cache', 'cache-aside', 'write-through'] as const
export type ModeName = (typeof modeNames)[number]

/** The same site on a database of its own, with one of the strategies. */
export interface Mode {
  readonly name: ModeName
  read(id: number): Promise<unknown>
  vote(id: number): Promise<unknown>
  /** What the database holds. */
  truth(id: number): Promise<unknown>
  /** Reads that were answered from the cache so far. */
  hits(): number
  /** Statements that only read and reached the database so far, without those of `truth`. */
  databaseReads(): number
}

export interface Environment {
  readonly world: World
  readonly redis: string | undefined
  readonly later: Later
}

export async function openMode(name: ModeName, { world, redis, later }: Environment): Promise<Mode> {
  const database = await openDatabase()
  later(database.close)
  const counted = countedAdapter(database.adapter)
  const plain = new PrismaClient({ adapter: counted.adapter })
  const checking = new PrismaClient({ adapter: database.adapter })
  for (const client of [plain, checking]) later(() => client.$disconnect())
  await loadWorld(checking, world)
  const truth = (id: number) => page(checking, id)
  if (name === 'no cache') {
    return { name, ...siteOf(plain), truth, hits: () => 0, databaseReads: counted.reads }
  }
  const namespace = newNamespace()
  later(() => unlinkNamespace(redis, namespace))
  // One lease after a namespace is first seen, everything in it is invalidated once: not in the middle of this.
  const models = { City: { strategy: name, ttl: '1d' } } as const
  const cached = plain.$extends(cachePlugin({ redis, namespace, lease: '1h', models }))
  later(() => cached.$disconnect())
  return {
    name,
    ...siteOf(cached as unknown as PrismaClient),
    truth,
    hits: () => cached.$cache.stats().hits,
    databaseReads: counted.reads,
  }
}

function siteOf(client: PrismaClient): Pick<Mode, 'read' | 'vote'> {
  return {
    read: (id) => page(client, id),
    vote: (id) => client.city.update({ where: { id }, data: { views: { increment: 1 } }, select: { id: true } }),
  }
}

function page(client: PrismaClient, id: number): Promise<unknown> {
  return client.city.findUnique({ where: { id }, select: { name: true, population: true, views: true } })
}
