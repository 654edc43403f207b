import { cachePlugin } from '../../src/index.ts'
import { type Environment, openSite } from '../shared/site.ts'
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

export async function openMode(name: ModeName, environment: Environment): Promise<Mode> {
  const { plain, checking, databaseReads, namespace } = await openSite(environment)
  const { redis, later } = environment
  const truth = (read: Read) => answer(checking, read)

  if (name === 'no cache') {
    const site = { read: (read: Read) => answer(plain, read), write: (request: Write) => write(plain, request) }
    return { ...site, truth, hits: () => 0, databaseReads }
  }
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
    databaseReads,
  }
}
