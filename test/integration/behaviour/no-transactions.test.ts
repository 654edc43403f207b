import { randomUUID } from 'node:crypto'
import { PrismaPg } from '@prisma/adapter-pg'
import { expect, inject, it } from 'vitest'
import { PrismaClient } from '../../../prisma/generated/client.ts'
import { cachePlugin } from '../../../src/index.ts'
import { stopLater } from '../../services/cleanup.ts'
import { freshNamespace } from '../../services/fresh.ts'
import { type Cached, patient, statusOf } from './bench.ts'

type Connection = Awaited<ReturnType<PrismaPg['connect']>>

/** As the adapter of D1 does it: what Prisma calls a transaction runs statement by statement, and a rollback does nothing. */
function withoutTransactions(factory: PrismaPg, adapterName: string): PrismaPg {
  const plainly = (connection: Connection): Connection =>
    Object.assign(Object.create(connection) as Connection, {
      startTransaction: async () =>
        Object.assign(Object.create(connection), {
          options: { usePhantomQuery: true },
          commit: async () => {},
          rollback: async () => {},
        }),
    })
  return {
    provider: factory.provider,
    adapterName,
    connect: async () => plainly(await factory.connect()),
  } as unknown as PrismaPg
}

const adapters = ['@prisma/adapter-d1', '@prisma/adapter-d1-http']

it.each(adapters)(
  'R5: a database without transactions keeps what was written before the error, and so it is invalidated: %s',
  async (name) => {
    const adapter = withoutTransactions(new PrismaPg({ connectionString: inject('databaseUrl') }), name)
    const plain = new PrismaClient({ adapter })
    stopLater(() => plain.$disconnect())
    const prisma = plain.$extends(
      cachePlugin({ namespace: freshNamespace(), ...patient, models: { User: {} } }),
    ) as unknown as Cached
    const slug = randomUUID()
    const { id } = await plain.user.create({
      data: { email: slug, name: 'v1', posts: { create: { slug, title: 't' } } },
    })
    const renamed = (name: string) => ({ where: { id }, data: { name, posts: { create: { slug, title: 'taken' } } } })
    const writes = {
      'nested write': () => prisma.user.update(renamed('nested write')),
      batch: () => prisma.$transaction([prisma.user.update(renamed('batch'))]),
    }
    for (const [name, write] of Object.entries(writes)) {
      const read = (client: PrismaClient) => client.user.findUnique({ where: { id } })
      await read(prisma)
      expect(await statusOf(prisma, read)).toBe('hit')
      await expect(write()).rejects.toMatchObject({ code: 'P2002' })
      expect(await read(plain)).toMatchObject({ name })
      expect(await read(prisma)).toMatchObject({ name })
    }
  },
)
