import pg from 'pg'
import { beforeAll } from 'vitest'
import type { PrismaClient } from '../../../prisma/generated/client.ts'
import type { DataModel } from '../../../src/analysis/data-model.ts'
import type { Changes, PendingWrite } from '../../../src/analysis/pending/pending-write.ts'
import { schemaTextOf } from '../../../src/prisma/internals.ts'
import { createApplier } from '../../../src/prisma/pending/applier.ts'
import { readDataModel } from '../../../src/prisma/schema/read-data-model.ts'
import type { Applier, ApplyBatch } from '../../../src/strategies/pending/applier.ts'
import { stopLater } from '../../services/cleanup.ts'
import { watchedClient } from '../../services/client.ts'
import { freshDatabase } from '../../services/fresh.ts'
import { withPostgres } from '../../services/postgres.ts'
import type { WatchedAdapter } from '../../services/watched-adapter.ts'

export interface Applying {
  readonly databaseUrl: string
  readonly dataModel: DataModel
  /** The client under the applier, and without any extension: what it writes is the truth. */
  readonly prisma: PrismaClient
  readonly adapter: WatchedAdapter
  readonly applier: Applier
  /** The same without statements of its own, as for databases that have no arrays. */
  readonly rowByRow: Applier
  /** A batch of its own stream, by an owner of its own. */
  apply(model: string, writes: readonly PendingWrite[]): Promise<unknown>
  /** France with three cities, and nothing else. */
  reset(): Promise<void>
  /** The views of its cities. */
  views(): Promise<readonly number[]>
  /** A connection that stays open for the test. */
  connect(): Promise<pg.Client>
  /** The same as a batch, not applied yet. */
  batch(model: string, writes: readonly PendingWrite[]): Promise<ApplyBatch>
}

/** An applier on a database that has every table and no rows. */
export function useApplier(): Applying {
  let applying!: Applying
  beforeAll(async () => {
    const databaseUrl = await freshDatabase()
    // A killed server would lose the last writes, and the tests spend half the time.
    await withPostgres(databaseUrl, (client) => {
      return client.query(`ALTER DATABASE "${new URL(databaseUrl).pathname.slice(1)}" SET synchronous_commit = off`)
    })
    const { client: prisma, adapter } = watchedClient(databaseUrl)
    const dataModel = readDataModel(schemaTextOf(prisma)!)
    const applier = createApplier({ client: prisma.$extends({ name: 'left out' }), dataModel })
    const rowByRow = createApplier({ client: prisma, dataModel: { ...dataModel, hasForeignKeys: false } })
    let partitions = 0
    const batch: Applying['batch'] = async (model, writes) => {
      const partition = `${model}/${++partitions}`
      return batchOf({ model, partition, epoch: await applier.claim(partition) }, writes)
    }
    const apply: Applying['apply'] = async (model, writes) => applier.apply(await batch(model, writes))
    applying = {
      ...{ databaseUrl, dataModel, prisma, adapter, applier, rowByRow, apply, batch },
      async reset() {
        await prisma.$executeRawUnsafe(emptied)
        await prisma.country.create({ data: { code: 'FR', name: 'France', region: 'Europe' } })
        const city = { countryCode: 'FR', population: 0, latitude: 0, longitude: 0 }
        await prisma.city.createMany({ data: [1, 2, 3].map((id) => ({ ...city, id, name: `c${id}` })) })
      },
      async views() {
        return (await prisma.city.findMany({ orderBy: { id: 'asc' } })).map((city) => city.views)
      },
      async connect() {
        const client = new pg.Client({ connectionString: databaseUrl })
        // Some are ended by the test.
        client.on('error', () => {})
        await client.connect()
        stopLater(() => client.end())
        return client
      },
    }
  })
  return new Proxy({} as Applying, { get: (_, name) => Reflect.get(applying, name) })
}

const emptied = 'TRUNCATE "Sample", "Country", "User", "books", "the shelves", "Person", "Team" CASCADE'

export function update(id: number, changes: Changes): PendingWrite {
  return { kind: 'update', id: { id }, changes }
}

/** Adds views to a city. */
export function add(id: number, value = 1): PendingWrite {
  return update(id, { views: { op: 'increment', value } })
}

export function errorOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  )
}

export function batchOf(
  { model, partition, epoch }: Pick<ApplyBatch, 'model' | 'partition' | 'epoch'>,
  writes: readonly PendingWrite[],
  first = 0,
): ApplyBatch {
  const entry = '1764040000000-0'
  const placed = writes.map((write, i) => ({ position: { entry, index: first + i }, write }))
  const upTo = { entry, index: first + Math.max(writes.length - 1, 0) }
  return { model, partition, stream: `${partition} stream`, epoch, writes: placed, upTo }
}
