import { describe, expect, inject, it } from 'vitest'
import { waitUntil } from '../../services/wait-until.ts'
import { cachedClient } from '../cached-client.ts'
import { patient, storeKinds, useBench } from './bench.ts'
import { expectSame } from './same.ts'

describe.each(storeKinds)('cacheStrategy (%s)', (kind) => {
  const bench = useBench(kind)
  const open = (config: Parameters<typeof cachedClient>[0]['config'] = { models: { City: {} } }) => {
    const redis = kind === 'redis' ? { redis: inject('redisUrl') } : {}
    const client = cachedClient({ databaseUrl: bench.databaseUrl, ...redis, config: { ...patient, ...config } })
    const { prisma } = client
    return { ...client, withInfo: prisma.$cache.withInfo, city: prisma.city, team: prisma.team }
  }
  const where = { id: 1 }

  it('caches one query on a model that is not listed, and leaves the others alone', async () => {
    const { withInfo, team, prisma } = open()
    const plain = () => withInfo(() => team.findMany())
    const listed = () => withInfo(() => team.findMany({ cacheStrategy: { ttl: 60 } }))
    expect([await plain(), await plain()].map(({ info }) => info.reason)).toEqual(
      Array(2).fill('model Team is not listed, and the query has no cacheStrategy'),
    )
    expect([await listed(), await listed()].map(({ info }) => info.status)).toEqual(['miss', 'hit'])
    expect((await plain()).info.status).toBe('bypass')
    await prisma.team.create({ data: { name: 'new' } })
    const { data, info } = await listed()
    expect(info.status).toBe('miss')
    expectSame(data, await bench.plain.team.findMany())
    for (const cacheStrategy of [{}, { ttl: '1m' }, { ttl: 0.5 }]) {
      const read = () => withInfo(() => team.count({ where: { name: JSON.stringify(cacheStrategy) }, cacheStrategy }))
      expect([(await read()).info.status, (await read()).info.status]).toEqual(['miss', 'hit'])
    }
  })

  it('is taken by every read operation', async () => {
    const { withInfo, team } = open()
    const cacheStrategy = { ttl: '1m' }
    const reads = [
      () => team.findUnique({ where, cacheStrategy }),
      () => team.findUniqueOrThrow({ where, cacheStrategy }),
      () => team.findFirst({ where, cacheStrategy }),
      () => team.findFirstOrThrow({ where, cacheStrategy }),
      () => team.findMany({ where, cacheStrategy }),
      () => team.count({ where, cacheStrategy }),
      () => team.aggregate({ _max: { id: true }, cacheStrategy }),
      () => team.groupBy({ by: ['name'], orderBy: { name: 'asc' }, cacheStrategy }),
      () => team.findUnique({ where, cacheStrategy }).memberships({ orderBy: { userId: 'asc' } }),
    ]
    for (const read of reads) {
      const first = await withInfo<unknown>(read)
      const second = await withInfo<unknown>(read)
      expect([first.info.status, second.info.status], String(read)).toEqual(['miss', 'hit'])
      expectSame(second.data, first.data)
    }
  })

  it('bypasses the cache with false: reads nothing from it, fills nothing', async () => {
    const { withInfo, city, base } = open()
    const bypassed = () => withInfo(() => city.findUnique({ where, cacheStrategy: false }))
    const cached = () => withInfo(() => city.findUnique({ where }))
    expect((await bypassed()).info).toEqual({
      ...{ status: 'bypass', source: 'database', ageMs: null, reason: 'cacheStrategy is false' },
    })
    expect((await cached()).info.status, 'nothing was filled').toBe('miss')
    // Behind the back of the cache, to tell the two apart.
    await base.city.update({ where, data: { name: 'Lutetia' } })
    expect((await bypassed()).data!.name).toBe('Lutetia')
    expect((await cached()).data!.name).toBe('Paris')
  })

  it('is not there when it is undefined', async () => {
    const { withInfo, city, team } = open()
    await city.findUnique({ where })
    expect((await withInfo(() => city.findUnique({ where, cacheStrategy: undefined }))).info.status).toBe('hit')
    expect((await withInfo(() => team.findUnique({ where, cacheStrategy: undefined }))).info.status).toBe('bypass')
  })

  it.each([
    [{ ttl: 'soon' }, /cacheStrategy\.ttl: expected a duration/],
    [{ ttl: -1, swr: Number.NaN }, /ttl.*\n.*swr/],
    [{ tags: 'home' }, /cacheStrategy\.tags/],
    [{ tags: [''] }, /tags\[0\]: expected a tag of 1 to 128 characters/],
    [{ tags: Array.from({ length: 65 }, String) }, /at most 64 tags/],
    [{ tll: 60 }, /unknown .*did you mean 'ttl'/],
    ['1m', /expected an object or false/],
    [null, /expected an object or false/],
    [7, /expected an object or false/],
  ])('rejects %j with every problem, without asking the database', async (cacheStrategy, message) => {
    const { city, team, adapter } = open()
    adapter.clear()
    for (const read of [
      () => city.findMany({ cacheStrategy: cacheStrategy as never }),
      () => team.findMany({ cacheStrategy: cacheStrategy as never }),
    ]) {
      const error: unknown = await read().then(
        () => undefined,
        (cause: unknown) => cause,
      )
      expect(error).toMatchObject({ name: 'CacheError', code: 'QUERY.INVALID_STRATEGY' })
      expect((error as Error).message).toMatch(message)
    }
    expect(adapter.count()).toBe(0)
  })

  it('is taken away inside transactions, which bypass the cache', async () => {
    const { withInfo, prisma, city } = open()
    const cacheStrategy = { ttl: '1m', tags: ['home'] }
    const read = () => withInfo(() => city.findMany({ cacheStrategy }))
    const inside = await prisma.$transaction((tx) => withInfo(() => tx.city.findMany({ cacheStrategy })))
    expect(inside.info).toMatchObject({ status: 'bypass', reason: 'in a transaction' })
    expectSame(inside.data, await bench.plain.city.findMany())
    const batch = await prisma.$transaction([
      city.findMany({ cacheStrategy }),
      city.findMany({ cacheStrategy: false }),
      prisma.team.count({ cacheStrategy: { ttl: 1 } }),
    ])
    expectSame(batch[0], await bench.plain.city.findMany())
    expectSame(batch[2], 2)
    expect((await read()).info.status, 'a transaction fills nothing').toBe('miss')
  })

  it('shortens the TTL for whoever asks, whoever filled the entry', async () => {
    const { withInfo, city, base } = open({ models: { City: { ttl: '1h' } } })
    await city.findUnique({ where })
    await base.city.update({ where, data: { name: 'Lutetia' } })
    const short = await waitUntil(
      async () => {
        const { data, info } = await withInfo(() => city.findUnique({ where, cacheStrategy: { ttl: '50ms' } }))
        return info.status === 'miss' && data
      },
      { what: 'the entry to be too old for this query' },
    )
    expect(short.name).toBe('Lutetia')
  })

  it('R30: lets an entry expire after its TTL, and then shows what others wrote past the plugin', async () => {
    const { withInfo, city, base } = open({ models: { City: { ttl: '80ms' } } })
    const read = () => withInfo(() => city.findUnique({ where }))
    expect((await read()).info.status).toBe('miss')
    await base.city.update({ where, data: { name: 'Lutetia' } })
    await waitUntil(async () => (await read()).data!.name === 'Lutetia', { what: 'the entry to expire' })
  })

  it.each([
    ['per query', {}, { ttl: '40ms', swr: '1h' }],
    ['of the model', { ttl: '40ms', staleWhileRevalidate: '1h' }, undefined],
  ] as const)('serves what is stale once more, and loads it again behind it (%s)', async (_, model, cacheStrategy) => {
    const { withInfo, city, base } = open({ models: { City: model } })
    const read = () => withInfo(() => city.findUnique({ where, cacheStrategy }))
    await read()
    await base.city.update({ where, data: { name: 'Lutetia' } })
    const stale = await waitUntil(
      async () => {
        const answer = await read()
        return answer.info.status === 'stale' && answer
      },
      { what: 'the entry to be stale', pollMs: 5 },
    )
    expect(stale.data!.name).toBe('Paris')
    expect(stale.info).toMatchObject({ source: 'store', ageMs: expect.any(Number) })
    await waitUntil(async () => (await read()).data!.name === 'Lutetia', { what: 'the refresh', pollMs: 5 })
  })

  it('R34: never serves as stale what a write has invalidated', async () => {
    const { withInfo, city, prisma } = open({ models: { City: { ttl: '40ms', staleWhileRevalidate: '1h' } } })
    const read = () => withInfo(() => city.findUnique({ where }))
    await read()
    await waitUntil(async () => (await read()).info.status === 'stale', { what: 'the entry to be stale', pollMs: 5 })
    await prisma.city.update({ where, data: { name: 'Lutetia' } })
    const { data, info } = await read()
    expect(data!.name).toBe('Lutetia')
    // The refresh behind the stale answer may have been slower than the write, and found what that wrote.
    expect(info.status).not.toBe('stale')
  })
})
