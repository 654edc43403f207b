import { beforeAll, expect, it } from 'vitest'
import { uncachedClient, watchedClient } from '../../services/client.ts'
import { freshDatabase } from '../../services/fresh.ts'

let databaseUrl: string
beforeAll(async () => {
  databaseUrl = await freshDatabase()
})

const verbs = (adapter: ReturnType<typeof watchedClient>['adapter']) =>
  adapter.statements.map(({ sql, transaction }) => `${transaction ?? '-'} ${sql.split(' ')[0]}`)

it('sees every statement, in and out of transactions', async () => {
  const { client, adapter } = watchedClient(databaseUrl)
  await client.tag.create({ data: { name: 'alone' } })
  await client.$transaction(async (tx) => {
    await tx.tag.deleteMany()
    await tx.$executeRaw`UPDATE "Tag" SET "name" = 'x'`
  })
  await expect(
    client.$transaction(async (tx) => {
      await tx.tag.count()
      throw new Error('no')
    }),
  ).rejects.toThrow('no')
  expect(verbs(adapter)).toEqual([
    '- INSERT',
    ...['1 BEGIN', '1 DELETE', '1 UPDATE', '1 COMMIT'],
    ...['2 BEGIN', '2 SELECT', '2 ROLLBACK'],
  ])
  expect(adapter.count((sql) => sql.startsWith('COMMIT'))).toBe(1)
})

it('knows the tables of which a row was really changed', async () => {
  const { client, adapter } = watchedClient(databaseUrl)
  const tables = async (run: () => Promise<unknown>) => {
    adapter.clear()
    await run().catch(() => {})
    return [...adapter.writtenTables()].sort()
  }
  expect(await tables(() => client.tag.findMany())).toEqual([])
  expect(await tables(() => client.tag.deleteMany({ where: { id: -1 } }))).toEqual([])
  expect(await tables(() => client.tag.create({ data: { name: 'written' } }))).toEqual(['Tag'])
  const nested = {
    email: 'written',
    posts: { create: { slug: 'written', title: 'x', tags: { create: { name: 'y' } } } },
  }
  expect(await tables(() => client.user.create({ data: nested }))).toEqual(['Tag', 'User', '_PostToTag', 'posts'])
  expect(await tables(() => client.$executeRaw`UPDATE posts SET views = 1`)).toEqual(['posts'])
  const upsert = { where: { name: 'y' }, create: { name: 'y' }, update: { name: 'z' } }
  expect(await tables(() => client.tag.upsert(upsert))).toEqual(['Tag'])
  const rolledBack = client.$transaction(async (tx) => {
    await tx.tag.deleteMany()
    throw new Error('no')
  })
  expect(await tables(() => rolledBack)).toEqual([])
})

it('holds a read whose rows are already read while a write commits', async () => {
  const { client, adapter } = watchedClient(databaseUrl)
  const plain = uncachedClient(databaseUrl)
  const { id } = await plain.tag.create({ data: { name: 'old' } })
  const held = adapter.holdNext((sql) => sql.startsWith('SELECT'), { when: 'after' })
  const read = client.tag.findUniqueOrThrow({ where: { id } }).then((tag) => tag.name)
  await held.reached
  await plain.tag.update({ where: { id }, data: { name: 'new' } })
  held.release()
  expect(await read).toBe('old')
})

it('holds a COMMIT: nobody else sees the rows until it is released', async () => {
  const { client, adapter } = watchedClient(databaseUrl)
  const plain = uncachedClient(databaseUrl)
  const held = adapter.holdNext((sql) => sql === 'COMMIT')
  const done = client.$transaction([client.tag.create({ data: { name: 'held' } }), client.tag.count()])
  await held.reached
  expect(await plain.tag.count({ where: { name: 'held' } })).toBe(0)
  held.release()
  await done
  expect(await plain.tag.count({ where: { name: 'held' } })).toBe(1)
})

it.each([
  { when: 'before', rows: 0 },
  { when: 'after', rows: 1 },
] as const)('fails a COMMIT $when it ran, and the connection stays usable', async ({ when, rows }) => {
  const { client, adapter } = watchedClient(databaseUrl)
  const name = `commit fails ${when}`
  adapter.failNext((sql) => sql === 'COMMIT', new Error('connection lost'), { when })
  await expect(client.$transaction([client.tag.create({ data: { name } }), client.tag.count()])).rejects.toThrow(
    'connection lost',
  )
  expect(await uncachedClient(databaseUrl).tag.count({ where: { name } })).toBe(rows)
  expect(await client.tag.count({ where: { name } })).toBe(rows)
})

it('reads the view that the migrations made by hand', async () => {
  const client = uncachedClient(databaseUrl)
  const city = { latitude: 1.5, longitude: 2.5, population: 20 }
  await client.country.create({
    data: {
      code: 'XA',
      name: 'A',
      region: 'R',
      cities: {
        create: [
          { id: 1, name: 'One', ...city },
          { id: 2, name: 'Two', ...city, population: 30 },
        ],
      },
    },
  })
  expect(await client.countryStats.findMany()).toEqual([{ countryCode: 'XA', cities: 2, population: 50n, largest: 30 }])
})
