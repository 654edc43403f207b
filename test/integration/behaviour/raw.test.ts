import { makeTypedQueryFactory } from '@prisma/client/runtime/client'
import { describe, expect, it } from 'vitest'
import { Prisma } from '../../../prisma/generated/client.ts'
import { expectCached, expectSeen, type Read, statusOf, storeKinds, useBench, type Write } from './bench.ts'
import { expectSame } from './same.ts'

const reads: Readonly<Record<string, Read>> = {
  'a row': (client) => client.note.findUnique({ where: { id: 1 } }),
  list: (client) => client.note.findMany({ orderBy: { id: 'asc' } }),
}

/** What a file of typed SQL is compiled to. */
const changeText = makeTypedQueryFactory('UPDATE "Note" SET text = $1 WHERE id = $2 RETURNING id')
const selectOne = makeTypedQueryFactory('SELECT 1')

const writes: Readonly<Record<string, Write>> = {
  'typed SQL': (client) => client.$queryRawTyped(changeText('changed', 1)),
  $executeRaw: (client) => client.$executeRaw`UPDATE "Note" SET text = ${'changed'} WHERE id = ${1}`,
  '$executeRaw with Prisma.sql': (client) =>
    client.$executeRaw(
      Prisma.sql`UPDATE ${Prisma.raw('"Note"')} SET text = 'changed' WHERE id IN (${Prisma.join([1, 2])})`,
    ),
  $executeRawUnsafe: (client) => client.$executeRawUnsafe('UPDATE "Note" SET text = $1 WHERE id = 1', 'changed'),
  '$queryRaw with RETURNING': (client) => client.$queryRaw`UPDATE public."Note" SET text = 'changed' RETURNING id`,
  '$queryRawUnsafe with RETURNING': (client) =>
    client.$queryRawUnsafe('DELETE FROM "Note" WHERE id = $1 RETURNING *', 1),
  'a CTE that writes': (client) =>
    client.$queryRaw`WITH gone AS (DELETE FROM "Note" WHERE id = 1 RETURNING id) SELECT count(*) FROM gone`,
  'an insert from a select': (client) =>
    client.$executeRaw`INSERT INTO "Note" ("id", "tenantId", text) SELECT 1, 'acme', 'again' ON CONFLICT (id) DO UPDATE SET text = EXCLUDED.text`,
  'a function that writes': (client) => client.$queryRaw`SELECT forget_notes()::text`,
  'a procedure': (client) => client.$executeRaw`CALL forget_notes_too()`,
  'a block of code': (client) => client.$executeRawUnsafe(`DO $$ BEGIN DELETE FROM "Note"; END $$`),
  TRUNCATE: (client) => client.$executeRaw`TRUNCATE "Note"`,
  'TRUNCATE CASCADE': (client) => client.$executeRawUnsafe('TRUNCATE "Note" CASCADE'),
  MERGE: (client) => client.$executeRaw`
    MERGE INTO "Note" n USING (VALUES (1)) AS v(id) ON n.id = v.id WHEN MATCHED THEN UPDATE SET text = 'merged'`,
  'raw statements in a batch': (client) => client.$transaction([client.$executeRaw`DELETE FROM "Note" WHERE id = 1`]),
  'raw statements in a transaction': (client) =>
    client.$transaction(async (tx) => tx.$executeRaw`DELETE FROM "Note" WHERE id = 1`),
}

describe.each(storeKinds)('raw statements (%s)', (kind) => {
  const bench = useBench(kind)
  const createFunctions = async () => {
    await bench.plain.$executeRawUnsafe(
      `CREATE OR REPLACE FUNCTION forget_notes() RETURNS void LANGUAGE sql AS 'DELETE FROM "Note"'`,
    )
    await bench.plain.$executeRawUnsafe(
      `CREATE OR REPLACE PROCEDURE forget_notes_too() LANGUAGE sql AS 'DELETE FROM "Note"'`,
    )
  }

  it.each(Object.entries(writes))('R29: shows what %s changed', async (_, write) => {
    await createFunctions()
    await expectSeen(bench, { write, reads })
  })

  it('R29: follows a raw write into what it cascades to, by the names that tables and columns have there', async () => {
    await expectSeen(bench, {
      write: (client) => client.$executeRaw`UPDATE posts SET title = 'changed', author_id = 2 WHERE id = 1`,
      reads: {
        posts: (client) => client.post.findUnique({ where: { slug: 'one' } }),
        'posts of a user': (client) => client.user.findUnique({ where: { id: 2 } }).posts({ orderBy: { id: 'asc' } }),
      },
    })
    await expectSeen(bench, {
      write: (client) => client.$executeRaw`INSERT INTO "_PostToTag" ("A", "B") VALUES (4, 3)`,
      reads: { tags: (client) => client.post.findUnique({ where: { id: 4 } }).tags() },
    })
  })

  it('R29: leaves the cache alone when it only reads', async () => {
    for (const [what, read] of Object.entries(reads)) await expectCached(bench, read, what)
    const { writer } = bench
    await writer.$queryRaw`SELECT * FROM "Note" WHERE id = ${1}`
    await writer.$queryRawUnsafe('WITH n AS (SELECT * FROM "Note") SELECT count(*) FROM n')
    await writer.$queryRaw`SELECT now(), lower('X')`
    await writer.$queryRawTyped(selectOne())
    await writer.$executeRaw`UPDATE "Device" SET label = 'another table'`
    for (const [what, read] of Object.entries(reads)) expect(await statusOf(writer, read), what).toBe('hit')
  })

  it('R29: knows nothing of a statement that failed, and is right all the same', async () => {
    for (const [what, read] of Object.entries(reads)) await expectCached(bench, read, what)
    const fail: Write = (client) => client.$executeRaw`DELETE FROM "Note" WHERE id = 1/0`
    await expect(fail(bench.writer)).rejects.toMatchObject({ code: 'P2010' })
    for (const read of Object.values(reads)) expectSame(await read(bench.writer), await read(bench.plain))
  })
})
