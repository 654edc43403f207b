import { expect, inject, it } from 'vitest'
import { createDatabase } from '../../services/database.ts'
import { freshDatabase } from '../../services/fresh.ts'
import { migrate } from '../../services/migrate.ts'
import { startPostgres, withPostgres } from '../../services/postgres.ts'
import { freePort } from '../../services/private-server.ts'
import { waitUntil } from '../../services/wait-until.ts'
import { cachedClient } from '../cached-client.ts'

it('what is cached survives the writes that find no database', async () => {
  const server = await startPostgres()
  const databaseUrl = await createDatabase(server.url, 'gone')
  await migrate(databaseUrl)
  const config = { models: { User: { ttl: '1ms', staleIfError: '10m' } } } as const
  const { prisma, events } = cachedClient({ databaseUrl, redis: inject('redisUrl'), config })
  const { id } = await prisma.user.create({ data: { email: 'a@example.com', name: 'v1' } })
  const read = () => prisma.user.findUnique({ where: { id }, select: { name: true } })
  await read()
  await server.kill()
  const probe = () => prisma.$queryRaw`SELECT 1`.catch(({ meta }) => JSON.stringify(meta))
  await waitUntil(async () => String(await probe()).includes('NotReachable'), { what: 'the end of its connections' })

  events.length = 0
  const rename = () => prisma.user.update({ where: { id }, data: { name: 'v2' } })
  const unreachable = { name: 'PrismaClientKnownRequestError', code: 'P1001' }
  await expect(rename()).rejects.toMatchObject(unreachable)
  await expect(prisma.user.updateMany({ data: { name: 'v2' } })).rejects.toMatchObject(unreachable)
  await expect(prisma.user.deleteMany()).rejects.toMatchObject(unreachable)
  await expect(prisma.$transaction([rename(), rename()])).rejects.toThrow()
  await expect(prisma.$transaction((tx) => tx.user.deleteMany())).rejects.toThrow()
  await expect(prisma.$executeRaw`DELETE FROM "User"`).rejects.toThrow()
  expect(events.filter(({ kind }) => kind === 'invalidated')).toEqual([])
  const { data, info } = await prisma.$cache.withInfo(read)
  expect([data, info.status]).toEqual([{ name: 'v1' }, 'stale'])
  await server.restart()
  await waitUntil(() => rename(), { what: 'the database to be back' })
  expect(await read()).toEqual({ name: 'v2' })
})

it('what a procedure commits before it raises what refuses a login is seen', async () => {
  const databaseUrl = await freshDatabase()
  await withPostgres(databaseUrl, (client) =>
    client.query(`CREATE PROCEDURE login() LANGUAGE plpgsql AS $$ BEGIN
      UPDATE "User" SET name = 'tried'; COMMIT; RAISE invalid_password; END $$`),
  )
  const { prisma } = cachedClient({ databaseUrl, config: { models: { User: {} } } })
  const { id } = await prisma.user.create({ data: { email: 'a@example.com', name: 'v1' } })
  const read = () => prisma.user.findUnique({ where: { id }, select: { name: true } })
  expect(await read()).toEqual({ name: 'v1' })
  await expect(prisma.$executeRaw`CALL login()`).rejects.toMatchObject({
    meta: { driverAdapterError: { cause: { kind: 'AuthenticationFailed' } } },
  })
  expect(await read()).toEqual({ name: 'tried' })
})

it('the first write of a model with write-behind fails as without the plugin where there is no database', async () => {
  const port = await freePort()
  const databaseUrl = `postgresql://postgres@127.0.0.1:${port}/none`
  const config = { models: { Tag: { strategy: 'write-behind', acceptLoss: true } } } as const
  const { prisma, base } = cachedClient({ databaseUrl, config })
  const errorOf = (client: typeof prisma | typeof base) =>
    Promise.resolve(client.tag.create({ data: { id: 1, name: 'a' } })).then(
      () => expect.unreachable(),
      ({ name, code, meta }) => ({ name, code, meta }),
    )
  const expected = await errorOf(base)
  expect(expected).toMatchObject({ code: 'P1001' })
  expect(await errorOf(prisma)).toEqual(expected)
})
