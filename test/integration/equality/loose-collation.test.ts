import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { cachePlugin } from '../../../src/index.ts'
import { type Prisma, PrismaClient } from '../../schemas/generated/loose/client.ts'
import { stopLater } from '../../services/cleanup.ts'
import { freshNamespace } from '../../services/fresh.ts'
import { findMariadb } from '../../services/mariadb.ts'
import { patient, storeKinds } from '../behaviour/bench.ts'
import { expectSame } from '../behaviour/same.ts'

/**
 * A database whose collation takes `a`, `A`, `á` and `a ` for one text, and which does not return what it wrote: MariaDB.
 */
const database = await findMariadb()
const tables = [
  `CREATE TABLE Author (name VARCHAR(40) NOT NULL PRIMARY KEY, score INT NOT NULL DEFAULT 0)`,
  `CREATE TABLE Book (id INT NOT NULL PRIMARY KEY, title VARCHAR(40) NOT NULL, stock INT NOT NULL DEFAULT 0,
    updatedAt DATETIME(3) NOT NULL, authorName VARCHAR(40) NOT NULL,
    FOREIGN KEY (authorName) REFERENCES Author (name) ON DELETE CASCADE ON UPDATE CASCADE)`,
]

describe.skipIf(database === null)('text that a collation folds (skipped without a MariaDB: set MARIADB_URL)', () => {
  beforeAll(() => database!.create(tables, 'CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci'))
  afterAll(() => database!.drop())

  const makeClient = () => {
    const client = new PrismaClient({ adapter: database!.adapter() })
    stopLater(() => client.$disconnect())
    return client
  }

  const name = fc.constantFrom('a', 'A', 'á', 'a ', 'b', 'B')
  const id = fc.integer({ min: 1, max: 3 })
  type Call = (client: PrismaClient) => PromiseLike<unknown>
  const orderBy = { id: 'asc' } as const
  const read: fc.Arbitrary<Call> = fc.oneof(
    name.map(
      (one) => (client: PrismaClient) =>
        client.author.findUnique({ where: { name: one }, include: { books: { orderBy } } }),
    ),
    name.map((one) => (client: PrismaClient) => client.book.findMany({ where: { authorName: one }, orderBy })),
    name.map(
      (one) => (client: PrismaClient) =>
        client.book.findMany({ where: { title: { in: [one, 'c'] } }, orderBy, include: { author: true } }),
    ),
    id.map((one) => (client: PrismaClient) => client.book.findUnique({ where: { id: one } })),
    name.map((one) => (client: PrismaClient) => client.author.count({ where: { books: { some: { title: one } } } })),
  )
  const write: fc.Arbitrary<Call> = fc.oneof(
    fc.tuple(id, name, name).map(
      ([one, title, author]): Call =>
        (client) => {
          const connectOrCreate = { where: { name: author }, create: { name: author } }
          return client.book.create({ data: { id: one, title, author: { connectOrCreate } } })
        },
    ),
    fc.tuple(id, name).map(
      ([one, title]): Call =>
        (client) =>
          client.book.update({ where: { id: one }, data: { title } }),
    ),
    fc.tuple(name, name).map(
      ([one, other]): Call =>
        (client) =>
          client.author.update({ where: { name: one }, data: { name: other } }),
    ),
    name.map(
      (one): Call =>
        (client) =>
          client.author.update({ where: { name: one }, data: { score: { increment: 1 } }, select: { name: true } }),
    ),
    name.map(
      (one): Call =>
        (client) =>
          client.book.updateMany({ where: { authorName: one }, data: { stock: { increment: 1 } } }),
    ),
    name.map(
      (one): Call =>
        (client) =>
          client.author.delete({ where: { name: one } }),
    ),
    fc.tuple(id, name).map(
      ([one, title]): Call =>
        (client) =>
          client.book.upsert({ where: { id: one }, create: { id: one, title, authorName: 'a' }, update: { title } }),
    ),
    name.map(
      (one): Call =>
        (client) =>
          client.book.deleteMany({ where: { title: one } }),
    ),
    name.map(
      (one): Call =>
        (client) =>
          client.$executeRaw`UPDATE Book SET stock = 0 WHERE title = ${one}`,
    ),
  )

  it.each(storeKinds)('is found by every spelling, at once (%s)', { timeout: 60_000 }, async (kind) => {
    const plain = makeClient()
    const cached = makeClient().$extends(
      cachePlugin<Prisma.TypeMap>({
        ...(kind === 'redis' ? { redis: inject('redisUrl') } : {}),
        ...patient,
        namespace: freshNamespace(),
        models: { Author: {}, Book: {} },
      }),
    )
    stopLater(() => cached.$disconnect())
    let done = 0
    const program = fc.tuple(
      fc.array(read, { minLength: 1, maxLength: 5 }),
      fc.array(write, { minLength: 1, maxLength: 8, size: 'max' }),
    )
    await fc.assert(
      fc.asyncProperty(program, async ([reads, writes]) => {
        await plain.author.deleteMany()
        await plain.author.createMany({ data: [{ name: 'a' }, { name: 'b' }] })
        await plain.book.createMany({
          data: [
            { id: 1, title: 'A', authorName: 'A' },
            { id: 2, title: 'b', authorName: 'a' },
          ],
        })
        await cached.$cache.invalidateAll()
        const check = async () => {
          for (const one of reads) expectSame(await one(cached as unknown as PrismaClient), await one(plain))
        }
        await check()
        for (const one of writes) {
          await Promise.resolve(one(cached as unknown as PrismaClient)).then(
            () => {
              done += 1
            },
            () => {},
          )
          await check()
        }
      }),
      { numRuns: 40 },
    )
    expect(done).toBeGreaterThan(40)
    expect(cached.$cache.stats().hits).toBeGreaterThan(40)
  })
})
