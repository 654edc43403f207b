import { beforeAll, expect, inject, it } from 'vitest'
import { createDatabase } from '../../services/database.ts'
import { migrate } from '../../services/migrate.ts'
import { startPostgres } from '../../services/postgres.ts'
import type { PrivateServer } from '../../services/private-server.ts'
import { waitUntil } from '../../services/wait-until.ts'
import { city, eventsOf, openBench, pendingCities, storedCities } from './flushers.ts'
import { faultsOf, startLoad } from './load.ts'

let server: PrivateServer
let databases = 0
beforeAll(async () => {
  server = await startPostgres()
})

async function openOwn(more: object = {}) {
  databases += 1
  const databaseUrl = await createDatabase(server.url, `faults_${databases}`)
  await migrate(databaseUrl)
  return openBench({ databaseUrl, config: pendingCities(more) })
}

it('PostgreSQL killed twice under load: every acknowledged write is applied once', async () => {
  const { here, open } = await openOwn({ batch: { maxDelay: '10ms', maxSize: 20 } })
  const other = open()
  const load = startLoad([here, here, other, other], [1, 2, 3])
  for (let i = 0; i < 2; i += 1) {
    await load.more(100)
    const failures = eventsOf(here, 'flush-failed').length + eventsOf(other, 'flush-failed').length
    await server.kill()
    const failed = () => eventsOf(here, 'flush-failed').length + eventsOf(other, 'flush-failed').length > failures
    await waitUntil(failed, { what: 'a flush to fail' })
    await server.restart()
    await load.more(100)
  }
  await load.stop()
  await here.prisma.$cache.flush()
  expect(await faultsOf(load, here)).toEqual([])
  expect(await here.prisma.$cache.deadLetters.list()).toEqual([])
})

it.each(['before', 'after'] as const)(
  'PostgreSQL killed %s the COMMIT of a batch: it is applied once',
  async (when) => {
    const { here } = await openOwn()
    await here.prisma.city.update({ where: { id: 1 }, data: { views: { increment: 1 } } })
    await here.prisma.$cache.flush()
    await here.prisma.city.update({ where: { id: 1 }, data: { views: { increment: 10 } } })
    await here.prisma.city.create({ data: city(4) })
    const held = here.adapter.holdNext((sql) => sql === 'COMMIT', { when })
    const flushed = here.prisma.$cache.flush()
    await held.reached
    await server.kill()
    // Accepted without the database.
    await here.prisma.city.update({ where: { id: 1 }, data: { views: { increment: 100 } } })
    expect(await here.prisma.city.findUnique({ where: { id: 1 } })).toEqual({ ...city(1), views: 111 })
    held.release()
    await server.restart()
    await flushed
    await here.prisma.$cache.flush()
    expect(await storedCities(here)).toEqual([{ ...city(1), views: 111 }, city(2), city(3), city(4)])
    expect(await here.prisma.$cache.deadLetters.list()).toEqual([])
  },
)

it('a write is refused while the database lacks the table of the fences, and accepted once it is there', async () => {
  const { here } = await openBench({ redis: inject('redisUrl') })
  const write = () => here.prisma.city.update({ where: { id: 1 }, data: { views: { increment: 1 } } })
  await here.base.$executeRawUnsafe('ALTER TABLE "_cache_write_behind" RENAME TO "elsewhere"')
  await expect(write()).rejects.toMatchObject({ code: 'WRITE_BEHIND.NO_TABLE', name: 'CacheError' })
  expect(await here.prisma.city.findUnique({ where: { id: 1 } })).toEqual(city(1))
  await here.base.$executeRawUnsafe('ALTER TABLE "elsewhere" RENAME TO "_cache_write_behind"')
  await write()
  await here.prisma.$cache.flush()
  expect(await here.base.city.findUnique({ where: { id: 1 } })).toEqual({ ...city(1), views: 1 })
})

it('a table of the fences that vanishes later costs nothing: what was accepted comes when it is back', async () => {
  const { here } = await openBench()
  const write = () => here.prisma.city.update({ where: { id: 1 }, data: { views: { increment: 1 } } })
  await write()
  await here.prisma.$cache.flush()
  await here.base.$executeRawUnsafe('ALTER TABLE "_cache_write_behind" RENAME TO "elsewhere"')
  await write()
  const flushed = here.prisma.$cache.flush()
  await waitUntil(() => eventsOf(here, 'flush-failed').length > 0, { what: 'a flush to fail' })
  expect(eventsOf(here, 'flush-failed')[0]!.error).toMatchObject({ code: 'WRITE_BEHIND.NO_TABLE' })
  await here.base.$executeRawUnsafe('ALTER TABLE "elsewhere" RENAME TO "_cache_write_behind"')
  await flushed
  expect(await here.base.city.findUnique({ where: { id: 1 } })).toEqual({ ...city(1), views: 2 })
  expect(await here.prisma.$cache.deadLetters.list()).toEqual([])
})
