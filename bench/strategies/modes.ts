import type { PrismaClient } from '../../prisma/generated/client.ts'
import { cachePlugin } from '../../src/index.ts'
import { type Environment, openSite } from '../shared/site.ts'

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

export async function openMode(name: ModeName, environment: Environment): Promise<Mode> {
  const { plain, checking, databaseReads, namespace } = await openSite(environment)
  const { redis, later } = environment
  const truth = (id: number) => page(checking, id)
  if (name === 'no cache') return { name, ...siteOf(plain), truth, hits: () => 0, databaseReads }
  // One lease after a namespace is first seen, everything in it is invalidated once: not in the middle of this.
  const models = { City: { strategy: name, ttl: '1d' } } as const
  const cached = plain.$extends(cachePlugin({ redis, namespace, lease: '1h', models }))
  later(() => cached.$disconnect())
  return {
    name,
    ...siteOf(cached as unknown as PrismaClient),
    truth,
    hits: () => cached.$cache.stats().hits,
    databaseReads,
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
