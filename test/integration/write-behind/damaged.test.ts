import { Redis } from 'ioredis'
import { expect, inject, it } from 'vitest'
import { stopLater } from '../../services/cleanup.ts'
import { waitUntil } from '../../services/wait-until.ts'
import { city, eventsOf, openBench, storedCities } from './flushers.ts'

it('a write that cannot be read holds up what comes with it, and is no dead letter: it says nothing of a row', async () => {
  const { here, options } = await openBench()
  const redis = new Redis(inject('redisUrl'))
  stopLater(async () => redis.disconnect())
  const add = (id: number) => here.prisma.city.update({ where: { id }, data: { views: { increment: 1 } } })
  await add(1)
  const pending = `${options.namespace}:{City}:p`
  const [[, fields]] = (await redis.xrange(`${pending}:stream:0`, '-', '+')) as [[string, string[]]]
  const life = fields[fields.indexOf('life') + 1]!
  const damaged = await redis.xadd(
    `${pending}:stream:0`,
    '*',
    'life',
    life,
    'writes',
    'name\n{"kind":\n[[],[],[],[],[]]',
  )
  await redis.hincrby(`${pending}:state`, 'backlog', 1)
  await add(2)

  const flushed = here.prisma.$cache.flush()
  await waitUntil(() => eventsOf(here, 'flush-failed').length > 1, { what: 'the flush to be tried again' })
  expect(eventsOf(here, 'flush-failed')[0]!.error).toMatchObject({ code: 'CODEC.UNDECODABLE' })
  expect(await storedCities(here)).toEqual([city(1), city(2), city(3)])
  expect(await here.prisma.$cache.deadLetters.list()).toEqual([])

  await redis.xdel(`${pending}:stream:0`, damaged!)
  await redis.hincrby(`${pending}:state`, 'backlog', -1)
  await flushed
  expect(await storedCities(here)).toEqual([{ ...city(1), views: 1 }, { ...city(2), views: 1 }, city(3)])
})
