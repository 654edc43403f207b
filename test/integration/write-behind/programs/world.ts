import { inject } from 'vitest'
import type { PrismaClient } from '../../../../prisma/generated/client.ts'
import { uncachedClient } from '../../../services/client.ts'
import { freshDatabase, freshNamespace } from '../../../services/fresh.ts'
import { withPostgres } from '../../../services/postgres.ts'
import { spawnWorker, type Worker } from '../../../services/process.ts'
import { type Random, randomFrom } from '../../behaviour/random.ts'
import type { CachedClientOptions } from '../../cached-client.ts'
import { deviceId, ids, slugs, tables, models as written } from './draw.ts'
import { sampleRow } from './draw-sample.ts'

export interface World {
  readonly workers: readonly Worker[]
  /** The database that the workers share, without a cache. */
  readonly plain: PrismaClient
  /** Another one, that is given the same writes at once. */
  readonly shadow: PrismaClient
  /** Begins anew: the rows of the start, and processes that begin with nothing, each with a configuration that is drawn. */
  reset(random: Random): Promise<string>
  /** All rows of both databases. */
  rows(): Promise<readonly [string, string]>
}

const processes = 3
const seeded = ids.slice(0, 4)

/** Processes that share one database, one Redis and one namespace; and a database beside it. */
export async function makeWorld(): Promise<World> {
  const urls = [await freshDatabase(), await freshDatabase()] as const
  for (const url of urls) {
    // A killed server would lose the last writes, and the tests spend half the time.
    await withPostgres(url, (client) =>
      client.query(`ALTER DATABASE "${new URL(url).pathname.slice(1)}" SET synchronous_commit = off`),
    )
  }
  const file = new URL('../workers/program.worker.ts', import.meta.url)
  const workers = await Promise.all(Array.from({ length: processes }, () => spawnWorker(file)))
  const [plain, shadow] = [uncachedClient(urls[0]), uncachedClient(urls[1])]
  return {
    workers,
    plain,
    shadow,
    async reset({ integer, some: oneOf }) {
      await Promise.all(workers.map((worker) => worker.call('close')))
      await Promise.all([plain, shadow].map(seed))
      const namespace = freshNamespace()
      const drawn = Array.from({ length: processes }, () => ({
        partitions: 1 + integer(4),
        batch: { maxSize: 1 + integer(8), maxDelay: oneOf(['1ms', '10ms', '50ms', '1h']) },
        sequenceBlock: oneOf([1, 5, 100]),
      }))
      const open = (worker: Worker, i: number) => worker.call('open', optionsOf(urls[0], namespace, drawn[i]!))
      await Promise.all(workers.map(open))
      return JSON.stringify(drawn)
    },
    rows: async () => [await rowsOf(plain), await rowsOf(shadow)],
  }
}

function optionsOf(databaseUrl: string, namespace: string, drawn: object): CachedClientOptions {
  const behind = { strategy: 'write-behind', acceptLoss: true, ...drawn } as const
  const names = written.map((name) => [name.charAt(0).toUpperCase() + name.slice(1), behind])
  const models = { Country: {}, User: {}, ...Object.fromEntries(names) }
  const config = { models, loadLease: '1s' } as NonNullable<CachedClientOptions['config']>
  return { databaseUrl, redis: inject('redisUrl'), namespace, config }
}

/** The ids of the sequences are far from those that the programs name. */
async function seed(prisma: PrismaClient): Promise<void> {
  await prisma.$executeRawUnsafe('TRUNCATE "Country", "User", "Device", "Sample" RESTART IDENTITY CASCADE')
  for (const table of ['posts', 'Profile', 'Sample']) {
    await prisma.$executeRawUnsafe(`SELECT setval(pg_get_serial_sequence('"${table}"', 'id'), 1000)`)
  }
  await prisma.country.create({ data: { code: 'FR', name: 'France', region: 'Europe' } })
  const updatedAt = new Date(0)
  await prisma.user.createMany({
    data: ids.map((id) => ({ id, email: `${id}@x`, createdAt: updatedAt, updatedAt })),
  })
  const place = { countryCode: 'FR', population: 5, latitude: 1.5, longitude: 2 }
  await prisma.city.createMany({ data: seeded.map((id) => ({ ...place, id, name: `${id}` })) })
  const createdAt = new Date(0)
  await prisma.post.createMany({
    data: seeded.map((id) => ({ id, slug: slugs[id]!, title: '', authorId: id, createdAt })),
  })
  await prisma.profile.createMany({ data: seeded.map((id) => ({ id, bio: '', userId: id })) })
  await prisma.device.createMany({ data: seeded.map((id) => ({ id: deviceId(id), label: '' })) })
  const random = randomFrom(1)
  for (const id of seeded) await prisma.sample.create({ data: { id, ...sampleRow(random) } as never })
}

async function rowsOf(prisma: PrismaClient): Promise<string> {
  const texts: string[] = []
  for (const table of tables) {
    const rows = await prisma.$queryRawUnsafe<{ row: string }[]>(
      `SELECT to_jsonb(t)::text AS row FROM "${table}" t ORDER BY id`,
    )
    texts.push(table, ...rows.map(({ row }) => row))
  }
  return texts.join('\n')
}
