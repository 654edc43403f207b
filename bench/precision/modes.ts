import type { Later } from '../../examples/shared/cleanup.ts'
import { countedAdapter } from '../../examples/shared/counted-adapter.ts'
import { openDatabase } from '../../examples/shared/database.ts'
import { newNamespace, unlinkNamespace } from '../../examples/shared/namespace.ts'
import { loadWorld } from '../../examples/shared/world/load.ts'
import type { World } from '../../examples/shared/world/world.ts'
import { PrismaClient } from '../../prisma/generated/client.ts'
import { cachePlugin } from '../../src/index.ts'
import { answer, type Read, type Write, write } from './workload.ts'

export type ModeName = 'no cache' | 'per model' | 'precise'

/** The site, served in one of the ways that are compared, from a database of its own. */
export interface Mode {
  read(read: Read): Promise<unknown>
  write(write: Write): Promise<void>
  /** What the database holds. */
  truth(read: Read): Promise<unknown>
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
  const truth = (read: Read) => answer(checking, read)

  if (name === 'no cache') {
    const site = { read: (read: Read) => answer(plain, read), write: (request: Write) => write(plain, request) }
    return { ...site, truth, hits: () => 0, databaseReads: counted.reads }
  }
  const namespace = newNamespace()
  later(() => unlinkNamespace(redis, namespace))
  const cached = plain.$extends(cachePlugin({ redis, namespace, models: { City: { ttl: '1d' } } }))
  later(() => cached.$disconnect())
  return {
    read: (read) => answer(cached, read),
    async write(request) {
      await write(cached, request)
      // What a cache does that knows no more of a write than its model.
      if (name === 'per model') await cached.$cache.invalidate({ models: ['City'] })
    },
    truth,
    hits: () => cached.$cache.stats().hits,
    databaseReads: counted.reads,
  }
}
