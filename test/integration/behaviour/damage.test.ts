import { randomUUID } from 'node:crypto'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { redisCommand } from '../../services/redis-command.ts'
import { expectCached, infoOf, type Read, statusOf, useBench } from './bench.ts'
import { randomFrom } from './random.ts'
import { expectSame } from './same.ts'

const reads: readonly Read[] = [
  (client) => client.city.findUnique({ where: { id: 1 } }),
  (client) => client.city.findMany({ orderBy: { id: 'asc' }, include: { country: true } }),
  (client) => client.country.count(),
]

describe('a damaged Redis', () => {
  const bench = useBench('redis')
  const redis = (command: readonly [string, ...string[]]) => redisCommand(inject('redisUrl'), command)
  const keys = async (pattern: string) => (await redis(['KEYS', `${bench.first.namespace}:${pattern}`])) as string[]

  it.each([
    ['nothing', () => ''],
    ['noise', () => 'garbage'],
    ['a line end', () => '\n'],
    ['JSON of another kind', () => '[1]\n{}'],
    ['the header of another format', () => '{"v":1,"s":{},"u":{},"t":1000,"w":0}\n{"json":1}'],
    ['half an entry', (text: string) => text.slice(0, text.length - 20)],
    ['a quarter of an entry', (text: string) => text.slice(0, text.length / 4)],
    ['an entry without a result', (text: string) => text.slice(0, text.indexOf('\n') + 1)],
    ['a result of another codec', (text: string) => `${text.slice(0, text.indexOf('\n') + 1)}{"data":1}`],
    [
      'a value that no rule writes',
      (text: string) =>
        `${text.slice(0, text.indexOf('\n') + 1)}{"json":["nothing",1],"meta":{"values":[["custom","typed"]]}}`,
    ],
  ])('misses where an entry holds %s, says so, and mends it', async (_, damage) => {
    for (const read of reads) await expectCached(bench, read)
    const { events, prisma } = bench.first
    const before = prisma.$cache.stats().undecodable
    for (const key of await keys('*:e:*')) {
      await redis(['SET', key, damage(String(await redis(['GET', key]))), 'PX', '300000'])
    }
    events.length = 0
    for (const read of reads) {
      const { data, info } = await infoOf(bench.writer, read)
      expectSame(data, await read(bench.plain))
      expect(info.status).toBe('miss')
    }
    expect(events.filter(({ kind }) => kind === 'undecodable').length).toBeGreaterThanOrEqual(reads.length)
    expect(prisma.$cache.stats().undecodable).toBeGreaterThan(before)
    for (const read of reads) expect(await statusOf(bench.seats[1]!.prisma, read)).toBe('hit')
  })

  it('answers the truth where a key is of another type', async () => {
    for (const read of reads) await expectCached(bench, read)
    for (const key of await keys('*')) {
      // At once: the clients renew what they need.
      await redis(['EVAL', "redis.call('DEL', KEYS[1]) return redis.call('LPUSH', KEYS[1], 'a list')", '1', key])
    }
    for (let round = 0; round < 2; round += 1) {
      for (const read of reads) expectSame(await read(bench.writer), await read(bench.plain))
      await bench.writer.city.update({ where: { id: 1 }, data: { views: { increment: 1 } } })
    }
    for (const key of await keys('*')) await redis(['DEL', key])
    await bench.writer.$disconnect()
    for (const read of reads) expectSame(await read(bench.seats[1]!.prisma), await read(bench.plain))
  })

  it.each([
    ['a time that is none', 'shape x|*', 'garbage'],
    ['a shape without columns', 'shape x', '99999999999999'],
    ['a shape without a name', 'shape ', '99999999999999'],
    ['a shape with bars', 'shape |||', '99999999999999'],
    ['a shape whose name is not encoded', 'shape %E0%A4%A|*', '99999999999999'],
    ['a stamp of nothing', 'stamp nothing', 'garbage'],
    ['a version of nothing', 'version', 'garbage'],
  ])('goes on where the shapes in use have %s', async (_, field, value) => {
    for (const read of reads) await expectCached(bench, read)
    const { events } = bench.first
    events.length = 0
    const registries = ['City', 'Country'].map((model) => `${bench.first.namespace}:{${model}}`)
    onTestFinished(async () => void (await redis(['UNLINK', ...registries])))
    // Writers look at the shapes again when the version is another one.
    for (const key of registries) await redis(['HSET', key, 'version', randomUUID(), field, value])
    for (let round = 0; round < 4; round += 1) {
      for (const { prisma } of bench.seats) {
        await prisma.city.update({ where: { id: 1 }, data: { views: { increment: 1 } } })
        await prisma.country.update({ where: { code: 'FR' }, data: { population: { increment: 1 } } })
        for (const read of reads) expectSame(await read(prisma), await read(bench.plain))
      }
    }
    const ofNewKind: Read = (client) => client.city.findMany({ where: { name: 'Paris' }, select: { views: true } })
    for (const read of [...reads, ofNewKind]) await expectCached(bench, read)
    expect(events.filter(({ kind }) => ['store-unavailable', 'invalidation-owed'].includes(kind))).toEqual([])
  })

  it('loses hits and nothing else with any key', async () => {
    const { seed, integer, some } = randomFrom()
    for (let round = 0; round < 25; round += 1) {
      for (const read of reads) for (const { prisma } of bench.seats) await read(prisma)
      await some(bench.seats).prisma.city.update({ where: { id: 1 + integer(3) }, data: { views: { increment: 1 } } })
      if (integer(2) === 0) for (const read of reads) await read(some(bench.seats).prisma)
      for (const key of await keys(some(['*', '*:e:*', '{*', '*:v:*'])))
        if (integer(2) === 0) await redis(['UNLINK', key])
      for (const read of reads) {
        const { name, prisma } = some(bench.seats)
        expectSame(await read(prisma), await read(bench.plain), `round ${round} of seed ${seed}, ${name}`)
      }
    }
  })
})
