import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Changes, PendingWrite } from '../../../src/analysis/pending/pending-write.ts'
import { schemaTextOf } from '../../../src/prisma/internals.ts'
import { createApplier } from '../../../src/prisma/pending/applier.ts'
import { readDataModel } from '../../../src/prisma/schema/read-data-model.ts'
import type { Applier } from '../../../src/strategies/pending/applier.ts'
import { PrismaClient } from '../../schemas/generated/loose/client.ts'
import { stopLater } from '../../services/cleanup.ts'
import { findMariadb } from '../../services/mariadb.ts'
import { batchOf } from './applying.ts'

/** A database without arrays. */
const database = await findMariadb()
const tables = [
  'CREATE TABLE Author (name VARCHAR(40) NOT NULL PRIMARY KEY, score INT NOT NULL DEFAULT 0)',
  `CREATE TABLE Book (id INT NOT NULL PRIMARY KEY, title VARCHAR(40) NOT NULL, stock INT NOT NULL DEFAULT 0,
    updatedAt DATETIME(3) NOT NULL, authorName VARCHAR(40) NOT NULL, FOREIGN KEY (authorName) REFERENCES Author (name))`,
  'CREATE TABLE _cache_write_behind (`partition` VARCHAR(191) PRIMARY KEY, last_id VARCHAR(191) NOT NULL, epoch BIGINT NOT NULL)',
]

describe.skipIf(database === null)('row by row (skipped without a MariaDB: set MARIADB_URL)', () => {
  let prisma: PrismaClient
  let applier: Applier
  beforeAll(async () => {
    await database!.create(tables)
    prisma = new PrismaClient({ adapter: database!.adapter() })
    stopLater(() => prisma.$disconnect())
    applier = createApplier({ client: prisma, dataModel: readDataModel(schemaTextOf(prisma)!) })
  })
  beforeEach(async () => {
    await prisma.book.deleteMany()
    await prisma.author.deleteMany()
    await prisma.author.create({ data: { name: 'ada' } })
  })
  afterAll(() => database!.drop())

  const updatedAt = new Date('2024-01-01T00:00:00.123Z')
  const book = (id: number) => ({ id, title: `t${id}`, stock: 0, updatedAt, authorName: 'ada' })
  const create = (id: number): PendingWrite => ({ kind: 'create', row: book(id) })
  const update = (id: number, changes: Changes): PendingWrite => ({
    kind: 'update',
    id: { id },
    changes: { updatedAt: { op: 'set', value: updatedAt }, ...changes },
  })
  const add = (id: number, value = 1) => update(id, { stock: { op: 'increment', value } })
  const rows = () => prisma.book.findMany({ orderBy: { id: 'asc' } })
  const errorOf = (promise: Promise<unknown>) =>
    promise.then(
      () => undefined,
      (error: unknown) => error,
    )
  let partitions = 0
  const claimed = async () => {
    const partition = `Book/${++partitions}`
    return { model: 'Book', partition, epoch: await applier.claim(partition) }
  }

  it('applies a batch once', async () => {
    await applier.database()
    const owner = await claimed()
    const writes = [
      create(1),
      create(2),
      add(1),
      add(2, 5),
      update(2, { stock: { op: 'divide', value: 2 } }),
      create(3),
    ]
    const batch = batchOf(owner, [...writes, { kind: 'delete', id: { id: 3 } }])
    expect(await applier.apply(batch)).toBe('applied')
    expect(await applier.apply(batch)).toBe('applied')
    const [one, two, ...more] = await rows()
    expect(one).toEqual({ ...book(1), stock: 1 })
    expect([two!.stock, more]).toEqual([3, []])
    expect(await applier.apply(batchOf(owner, [{ kind: 'delete', id: { id: 1 } }, add(2)], 7))).toBe('applied')
    expect((await rows()).map(({ id, stock }) => [id, stock])).toEqual([[2, 4]])
  })

  it('applies nothing for an owner that was replaced', async () => {
    const owner = await claimed()
    expect(await applier.claim(owner.partition)).toBe(owner.epoch + 1n)
    expect(await applier.apply(batchOf(owner, [create(1)]))).toBe('fenced')
    expect(await rows()).toEqual([])
  })

  it('gives a claim up that waits too long, and leaves the connection as it was', async () => {
    const { partition } = await claimed()
    await database!.query('START TRANSACTION')
    await database!.query('SELECT * FROM _cache_write_behind WHERE `partition` = ? FOR UPDATE', [partition])
    const error = await errorOf(applier.claim(partition))
    await database!.query('ROLLBACK')
    expect(applier.isTransient(error)).toBe(true)
    expect(applier.describe(error).code).toBe('1205')
    const limits = await Promise.all(
      [1, 2, 3].map(() => prisma.$queryRawUnsafe('SELECT @@innodb_lock_wait_timeout AS s')),
    )
    expect(new Set(limits.map((limit) => String((limit as { s: bigint }[])[0]!.s)))).toEqual(new Set(['50']))
  })

  it.each<[string, PendingWrite, string]>([
    ['a key twice', create(1), '1062'],
    ['a missing parent', { kind: 'create', row: { ...book(2), authorName: 'nobody' } }, '1452'],
    ['a missing row', add(99), 'WRITE_BEHIND.ROW_NOT_FOUND'],
    ['text that is too long', update(1, { title: { op: 'set', value: 'x'.repeat(50) } }), '1406'],
    ['a sum that is too large', add(1, 2 ** 31 - 1), '1264'],
    ['a value of another kind', update(1, { title: { op: 'set', value: 5 } }), 'PrismaClientValidationError'],
  ])('leaves nothing behind, and blames the write: %s', async (_, write, code) => {
    await prisma.book.create({ data: { ...book(1), stock: 1 } })
    const owner = await claimed()
    const good = add(1)
    const error = await errorOf(applier.apply(batchOf(owner, [good, create(7), write])))
    expect({ ...applier.describe(error), isTransient: applier.isTransient(error) }).toMatchObject({
      code,
      isTransient: false,
    })
    expect(applier.describe(error).message).not.toMatch(/ada|nobody|xxx/)
    expect(await rows()).toEqual([{ ...book(1), stock: 1 }])
    expect(await applier.apply(batchOf(owner, [good]))).toBe('applied')
  })

  it('asks for its table when the database lacks it', async () => {
    await database!.query('RENAME TABLE _cache_write_behind TO elsewhere')
    const errors = [await errorOf(applier.database()), await errorOf(applier.claim('p'))]
    await database!.query('RENAME TABLE elsewhere TO _cache_write_behind')
    for (const error of errors) expect(error).toMatchObject({ code: 'WRITE_BEHIND.NO_TABLE' })
  })
})
