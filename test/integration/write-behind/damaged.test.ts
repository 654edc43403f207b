import { Redis } from 'ioredis'
import { expect, inject, it } from 'vitest'
import { stopLater } from '../../services/cleanup.ts'
import { waitUntil } from '../../services/wait-until.ts'
import { city, eventsOf, openBench, storedCities } from './flushers.ts'

/** Cities, one of them with an accepted write, and what may put other writes into their stream. */
async function openStream() {
  const bench = await openBench()
  const { here, options } = bench
  const redis = new Redis(inject('redisUrl'))
  stopLater(async () => redis.disconnect())
  const pending = `${options.namespace}:{City}:p`
  const stream = `${pending}:stream:0`
  const add = (id: number) => here.prisma.city.update({ where: { id }, data: { views: { increment: 1 } } })
  return {
    ...{ here, add },
    /** Returns its id. One was accepted before. */
    async append(write: string): Promise<string> {
      const [[, fields]] = (await redis.xrange(stream, '-', '+')) as [[string, string[]]]
      const life = fields[fields.indexOf('life') + 1]!
      await redis.hincrby(`${pending}:state`, 'backlog', 1)
      return (await redis.xadd(stream, '*', 'life', life, 'writes', write))!
    },
    async remove(id: string): Promise<void> {
      await redis.xdel(stream, id)
      await redis.hincrby(`${pending}:state`, 'backlog', -1)
    },
  }
}

it('a write that cannot be read holds up what comes with it, and is no dead letter: it says nothing of a row', async () => {
  const { here, add, append, remove } = await openStream()
  await add(1)
  const damaged = await append('name\n{"kind":\n[[],[],[],[],[]]')
  await add(2)

  const flushed = here.prisma.$cache.flush()
  await waitUntil(() => eventsOf(here, 'flush-failed').length > 1, { what: 'the flush to be tried again' })
  expect(eventsOf(here, 'flush-failed')[0]!.error).toMatchObject({ code: 'CODEC.UNDECODABLE' })
  expect(await storedCities(here)).toEqual([city(1), city(2), city(3)])
  expect(await here.prisma.$cache.deadLetters.list()).toEqual([])

  await remove(damaged)
  await flushed
  expect(await storedCities(here)).toEqual([{ ...city(1), views: 1 }, { ...city(2), views: 1 }, city(3)])
})

it('a write that does not say what it does to queries is applied, and everything of its model is asked for again', async () => {
  const { here, add, append } = await openStream()
  const views = () => here.prisma.city.findMany({ orderBy: { id: 'asc' }, select: { views: true } })
  expect(await views()).toEqual([{ views: 0 }, { views: 0 }, { views: 0 }])
  await add(1)
  await append('name\n{"kind":"update","id":{"id":2},"changes":{"views":{"op":"increment","value":2}}}\n[[],{}]')
  await here.prisma.$cache.flush()
  expect(await views()).toEqual([{ views: 1 }, { views: 2 }, { views: 0 }])
})
