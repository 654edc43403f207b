import { PrismaPg } from '@prisma/adapter-pg'
import { type Prisma, PrismaClient } from '../../prisma/generated/client.ts'
import { type CacheEvent, cachePlugin, type ReadInfo } from '../../src/index.ts'
import { nameOfRow, type Row, type RowModel } from './rows.ts'
import { type SteppedAdapterOptions, stepAdapter } from './stepped-adapter.ts'

export interface CachedRowsOptions {
  readonly redis: string
  readonly databaseUrl: string
  readonly namespace: string
  readonly leases: Leases
}

/** Milliseconds, of the options of the same names. */
export interface Leases {
  readonly leaseMs: number
  readonly loadLeaseMs: number
  readonly loadWaitMs: number
}

export interface Seen {
  readonly status: ReadInfo['status']
  readonly versions: Readonly<Record<string, number>>
}

/** A transaction may have to wait for a process that is blocked, or a database that starts. */
const patience = { maxWait: 10_000, timeout: 20_000 }

/** The rows of the load, through a client with the cache, as an application would read and write them. */
export function openCachedRows(
  { redis, databaseUrl, namespace, leases }: CachedRowsOptions,
  stepped: SteppedAdapterOptions,
  onEvent: (event: CacheEvent) => void,
) {
  const ms = (value: number) => `${value}ms` as const
  const adapter = stepAdapter(new PrismaPg({ connectionString: databaseUrl }), stepped)
  const prisma = new PrismaClient({ adapter, errorFormat: 'minimal' }).$extends(
    cachePlugin<Prisma.TypeMap>({
      redis,
      namespace,
      ...{ lease: ms(leases.leaseMs), loadLease: ms(leases.loadLeaseMs), loadWait: ms(leases.loadWaitMs) },
      models: { City: { strategy: 'cache-aside', ttl: '10m' }, Post: { strategy: 'write-through', ttl: '10m' } },
      onEvent,
    }),
  )
  const select = { id: true, views: true } as const
  const data = { views: { increment: 1 } }
  type Writer = Pick<typeof prisma, 'city' | 'post'>

  function look({ model, id }: Row) {
    const where = { id }
    return prisma.$cache.withInfo<Version | null>(() =>
      model === 'City' ? prisma.city.findUnique({ where, select }) : prisma.post.findUnique({ where, select }),
    )
  }
  function change(client: Writer, { model, id }: Row): PromiseLike<Version> {
    const where = { id }
    return model === 'City' ? client.city.update({ where, data, select }) : client.post.update({ where, data, select })
  }

  return {
    async read(row: Row): Promise<Seen> {
      const { data, info } = await look(row)
      // A row that is missing is older than any version of it.
      return { status: info.status, versions: { [nameOfRow(row)]: data?.views ?? -1 } }
    },
    async readGroup(model: RowModel, group: number): Promise<Seen> {
      const { data, info } = await prisma.$cache.withInfo<readonly Version[]>(() =>
        model === 'City'
          ? prisma.city.findMany({ where: { countryCode: `C${group}` }, select })
          : prisma.post.findMany({ where: { authorId: group }, select }),
      )
      return {
        status: info.status,
        versions: Object.fromEntries(data.map(({ id, views }) => [nameOfRow({ model, id }), views])),
      }
    },
    /** The version that it wrote. */
    async write(row: Row): Promise<number> {
      return (await change(prisma, row)).views
    },
    async writeInTransaction(row: Row): Promise<number> {
      return prisma.$transaction(async (tx) => (await change(tx as Writer, row)).views, patience)
    },
    stats: () => prisma.$cache.stats(),
    close: () => prisma.$disconnect(),
  }
}

export type CachedRows = ReturnType<typeof openCachedRows>

interface Version {
  readonly id: number
  readonly views: number
}
