import { expect, it } from 'vitest'
import { withPostgres } from '../../services/postgres.ts'
import { describeStores } from '../cached-client.ts'
import { behind, flushed, openSeats, reasons, type Seat } from './seats.ts'

describeStores('write-behind on a table that does more than the schema says', (makeStoreConfig) => {
  const open = async (...changes: readonly string[]) => {
    const { one, options } = await openSeats({
      ...makeStoreConfig(),
      models: { User: behind, Event: behind, Tag: behind },
    })
    const change = (sql: string) => withPostgres(options.databaseUrl, (client) => client.query(sql))
    for (const sql of changes) await change(sql)
    return { ...one, seat: one, change }
  }
  const errorOf = (call: PromiseLike<unknown>) =>
    Promise.resolve(call).then(
      () => 'none',
      ({ code }) => code,
    )

  it('what a default fills in is returned, and is not written over', async () => {
    const { prisma, base, seat } = await open(
      `ALTER TABLE "Event" ALTER COLUMN payload SET DEFAULT '"by the database"'`,
    )
    const made = await prisma.event.create({ data: { kind: 'a' } })
    expect(made).toMatchObject({ kind: 'a', payload: 'by the database' })
    expect(reasons(seat)).toEqual(['a column has a default that the schema does not name'])
    await prisma.event.update({ where: { id: made.id }, data: { kind: 'b' } })
    expect(reasons(seat)).toEqual([])
    await flushed(seat)
    expect(await base.event.findUnique({ where: { id: made.id } })).toEqual({ ...made, kind: 'b' })
    expect(await prisma.event.findUnique({ where: { id: made.id } })).toEqual({ ...made, kind: 'b' })
  })

  it.each([
    ['a domain', [`CREATE DOMAIN label AS text DEFAULT 'x'`]],
    ['a domain of a domain', [`CREATE DOMAIN inner_label AS text DEFAULT 'x'`, 'CREATE DOMAIN label AS inner_label']],
  ])('so is the default of %s', async (_what, domains) => {
    const { prisma, base, seat } = await open(...domains, 'ALTER TABLE "User" ALTER COLUMN name TYPE label')
    const made = await prisma.user.create({ data: { id: 9, email: 'new@x' } })
    expect(made.name).toBe('x')
    expect(await base.user.findUnique({ where: { id: made.id } })).toEqual(made)
    expect(reasons(seat)).toHaveLength(1)
  })

  it('what is behind a view is not known', async () => {
    const { prisma, base, seat } = await open(
      'ALTER TABLE "Tag" RENAME TO tags_below',
      'CREATE VIEW "Tag" AS SELECT * FROM tags_below',
      `ALTER TABLE tags_below ADD COLUMN extra int DEFAULT 5`,
    )
    const made = await prisma.tag.create({ data: { id: 1, name: 'a' } })
    expect(reasons(seat)).toEqual(['its table is none, or a view'])
    expect(await base.tag.findMany()).toEqual([made])
  })

  it('a default that comes later is not written over, either', async () => {
    const { prisma, base, seat, change } = await open()
    await prisma.event.create({ data: { kind: 'before' } })
    await change(`ALTER TABLE "Event" ALTER COLUMN payload SET DEFAULT '"by the database"'`)
    const { id } = await prisma.event.create({ data: { kind: 'after' } })
    const given = await prisma.event.create({ data: { kind: 'given', payload: 'given' } })
    expect(reasons(seat)).toEqual([])
    await flushed(seat)
    expect(await base.event.findUnique({ where: { id } })).toMatchObject({ payload: 'by the database' })
    expect(await base.event.findUnique({ where: { id: given.id } })).toEqual(given)
  })

  it('what is computed is returned, and setting it is refused as by the plain client', async () => {
    const { prisma, base, seat } = await open(
      'ALTER TABLE "Event" DROP COLUMN payload',
      `ALTER TABLE "Event" ADD COLUMN payload jsonb GENERATED ALWAYS AS ('"computed"'::jsonb) STORED`,
    )
    const { id } = await base.event.create({ data: { kind: 'a' } })
    const where = { id }
    expect(await prisma.event.update({ where, data: { kind: 'b' } })).toEqual({ id, kind: 'b', payload: 'computed' })
    const wrong = { where, data: { payload: 'mine' } }
    expect(await errorOf(prisma.event.update(wrong))).toBe(await errorOf(base.event.update(wrong)))
    expect(new Set(reasons(seat))).toEqual(new Set(['the database computes a column']))
    await flushed(seat)
    expect(await prisma.event.findUnique({ where })).toEqual(await base.event.findUnique({ where }))
  })

  it.each<[string, string, (client: Seat['prisma'] | Seat['base']) => PromiseLike<unknown>, string]>([
    [
      'a column that it does not name needs a value',
      'ALTER TABLE "Tag" ADD COLUMN extra int NOT NULL',
      (client) => client.tag.create({ data: { name: 'a' } }),
      'a column needs a value of which the schema does not say so',
    ],
    [
      'a domain takes no NULL',
      'CREATE DOMAIN needed AS text NOT NULL; ALTER TABLE "User" ALTER COLUMN name TYPE needed USING email',
      (client) => client.user.create({ data: { email: 'new@x' } }),
      'the database takes no NULL in a column that is optional',
    ],
    [
      'a column is optional in it alone',
      `UPDATE "User" SET name = 'a'; ALTER TABLE "User" ALTER COLUMN name SET NOT NULL`,
      (client) => client.user.update({ where: { id: 1 }, data: { name: null } }),
      'the database takes no NULL in a column that is optional',
    ],
  ])('the caller hears of it where %s', async (_what, sql, write, reason) => {
    const { prisma, base, seat } = await open(sql)
    expect(await errorOf(write(prisma))).toBe(await errorOf(write(base)))
    expect(reasons(seat)).toEqual([reason])
  })
})
