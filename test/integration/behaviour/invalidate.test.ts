import { describe, expect, inject, it } from 'vitest'
import { cachedClient } from '../cached-client.ts'
import { expectCached, patient, type Read, statusOf, storeKinds, useBench } from './bench.ts'

type Config = NonNullable<Parameters<typeof cachedClient>[0]['config']>

describe.each(storeKinds)('invalidation by hand (%s)', (kind) => {
  const bench = useBench(kind)
  const open = (config: Config) => {
    const redis = kind === 'redis' ? { redis: inject('redisUrl') } : {}
    const client = cachedClient({ databaseUrl: bench.databaseUrl, ...redis, config: { ...patient, ...config } })
    const statuses = async (...reads: readonly (() => PromiseLike<unknown>)[]) => {
      const found: string[] = []
      for (const read of reads) found.push((await client.prisma.$cache.withInfo(read)).info.status)
      return found
    }
    return { ...client, statuses }
  }
  const city: Read = (client) => client.city.findUnique({ where: { id: 1 } })
  const team: Read = (client) => client.team.findMany({ orderBy: { id: 'asc' } })
  const both: Read = (client) =>
    client.city.findMany({ where: { country: { is: { region: 'Europe' } } }, orderBy: { id: 'asc' } })

  it('R30: makes everybody miss what reads a model, and nothing else', async () => {
    for (const read of [city, team, both]) await expectCached(bench, read)
    const other = bench.seats[1]!.prisma
    await bench.writer.$cache.invalidate({ models: ['Country'] })
    expect([await statusOf(other, both), await statusOf(other, city), await statusOf(other, team)]).toEqual([
      'miss',
      'hit',
      'hit',
    ])
    await bench.writer.$cache.invalidate({ models: ['City', 'Team'] })
    expect([await statusOf(other, both), await statusOf(other, city), await statusOf(other, team)]).toEqual(
      Array(3).fill('miss'),
    )
    await bench.writer.$cache.invalidateAll()
    expect([await statusOf(other, both), await statusOf(other, city), await statusOf(other, team)]).toEqual(
      Array(3).fill('miss'),
    )
    await bench.writer.$cache.invalidate({})
    expect([await statusOf(other, both), await statusOf(other, city), await statusOf(other, team)]).toEqual(
      Array(3).fill('hit'),
    )
  })

  it.each([
    [{ models: ['Citty'] }, /models\[0\]: unknown model, did you mean 'City'/],
    [{ models: 'City' }, /expected a list of model names/],
    [{ tags: [7] }, /tags\[0\]: expected a tag, got 7/],
    [{ tags: [''], models: ['Nothing'] }, /tags.*models/],
    [{ tag: ['x'] }, /tag: unknown option, did you mean 'tags'/],
    ['City', /expected an object with tags or models, got 'City'/],
    [null, /expected an object with tags or models, got null/],
    [undefined, /expected an object with tags or models, got undefined/],
  ])('refuses %j, and then invalidates nothing', async (target, message) => {
    await expectCached(bench, city)
    const error: unknown = await bench.writer.$cache.invalidate(target as never).catch((cause: unknown) => cause)
    expect(error).toMatchObject({ code: 'INVALIDATE.INVALID_TARGET', message: expect.stringMatching(message) })
    expect(await statusOf(bench.writer, city)).toBe('hit')
  })

  it('finds an entry by the tags it was filled with, also for those who ask without them', async () => {
    const { prisma, statuses } = open({ models: { City: {} } })
    const where = { id: 1 }
    const tagged = () => prisma.city.findUnique({ where, cacheStrategy: { tags: ['home'] } })
    const plain = () => prisma.city.findUnique({ where })
    expect(await statuses(tagged, tagged, plain)).toEqual(['miss', 'hit', 'hit'])
    await prisma.$cache.invalidate({ tags: ['home'] })
    expect(await statuses(plain, plain)).toEqual(['miss', 'hit'])
    // Filled without the tag: it does not carry what this caller wants to invalidate it by.
    expect(await statuses(tagged, plain)).toEqual(['miss', 'hit'])
  })

  it('finds entries by the tags of their queries', async () => {
    const { prisma, statuses } = open({ models: { City: {} } })
    const home = () => prisma.city.findMany({ cacheStrategy: { tags: ['home', 'cities'] } })
    const one = () => prisma.city.findUnique({ where: { id: 1 }, cacheStrategy: { tags: ['cities'] } })
    const bare = () => prisma.city.count()
    expect(await statuses(home, one, bare, home, one, bare)).toEqual(['miss', 'miss', 'miss', 'hit', 'hit', 'hit'])
    await prisma.$cache.invalidate({ tags: ['home'] })
    expect(await statuses(one, bare, home, home)).toEqual(['hit', 'hit', 'miss', 'hit'])
    await prisma.$accelerate.invalidate({ tags: ['cities', 'nobody has this'] })
    expect(await statuses(one, bare, home)).toEqual(['miss', 'hit', 'miss'])
    await prisma.$accelerate.invalidateAll()
    expect(await statuses(one, bare, home)).toEqual(['miss', 'miss', 'miss'])
    await expect(prisma.$accelerate.invalidate(undefined as never)).rejects.toMatchObject({
      ...{ code: 'INVALIDATE.INVALID_TARGET', problems: ['tags: expected a list of tags, got null'] },
    })
  })

  it('finds entries by the tags of their models, fixed or made from the result', async () => {
    const { prisma, statuses } = open({
      models: {
        Country: { tags: ['atlas', 'countries'] },
        City: {
          tags: ({ result, operation }) =>
            operation === 'findMany' ? (result as { id: number }[]).map(({ id }) => `city-${id}`) : ['one'],
        },
      },
    })
    const countries = () => prisma.country.findMany()
    const cities = () => prisma.city.findMany({ where: { id: { in: [1, 2] } }, cacheStrategy: { tags: ['mine'] } })
    const others = () => prisma.city.findMany({ where: { id: 3 } })
    const one = () => prisma.city.findUnique({ where: { id: 1 } })
    const all = [countries, cities, others, one]
    expect(await statuses(...all, ...all)).toEqual([...Array(4).fill('miss'), ...Array(4).fill('hit')])
    await prisma.$cache.invalidate({ tags: ['city-2'] })
    expect(await statuses(...all)).toEqual(['hit', 'miss', 'hit', 'hit'])
    await prisma.$cache.invalidate({ tags: ['mine', 'atlas'] })
    expect(await statuses(...all)).toEqual(['miss', 'miss', 'hit', 'hit'])
    await prisma.$cache.invalidate({ tags: ['one', 'city-3'] })
    expect(await statuses(...all)).toEqual(['hit', 'hit', 'miss', 'miss'])
  })

  it.each([
    ['in the query', {}, { tags: ['news'] }],
    ['of the model', { tags: ['news'] }, undefined],
    ['made from the result', { tags: () => ['news'] }, undefined],
  ])('R1: an entry whose tag, %s, is invalidated while it loads is not used', async (_, model, cacheStrategy) => {
    const { prisma, adapter, statuses, base } = open({ models: { City: model } })
    const read = () => prisma.city.findUnique({ where: { id: 1 }, cacheStrategy })
    for (const earlier of ['nothing', 'an entry that was invalidated']) {
      const held = adapter.holdNext((sql) => sql.startsWith('SELECT'), { when: 'after' })
      const old = read().then((row) => row)
      await held.reached
      await base.city.update({ where: { id: 1 }, data: { views: { increment: 1 } } })
      await prisma.$cache.invalidate({ tags: ['news'] })
      held.release()
      const { views } = (await old)!
      const { data, info } = await prisma.$cache.withInfo(read)
      expect([data!.views, info.status], `with ${earlier} before`).toEqual([views + 1, 'miss'])
      expect(await statuses(read)).toEqual(['hit'])
      await prisma.$cache.invalidate({ tags: ['news'] })
    }
  })

  it('takes a TTL from the result', async () => {
    const { prisma, statuses } = open({
      models: { City: { ttl: ({ result }) => ((result as { id: number } | null)?.id === 1 ? 0 : '1h') } },
    })
    const never = () => prisma.city.findUnique({ where: { id: 1 } })
    const long = () => prisma.city.findUnique({ where: { id: 2 } })
    expect(await statuses(never, never, long, long)).toEqual(['miss', 'miss', 'miss', 'hit'])
  })

  it.each([
    [
      'ttl',
      {
        ttl: () => {
          throw new Error('in a ttl function')
        },
      },
    ],
    ['ttl', { ttl: () => 'soon' as never }],
    [
      'tags',
      {
        tags: () => {
          throw new Error('in a tags function')
        },
      },
    ],
    ['tags', { tags: () => 'no list' as never }],
  ] satisfies [string, object][])('answers although a %s function fails, and says so', async (_, model) => {
    const { prisma, statuses, events } = open({ models: { City: model } })
    const read = () => prisma.city.findMany({ orderBy: { id: 'asc' } })
    expect(await statuses(read, read)).toEqual(['miss', 'miss'])
    expect(await read()).toStrictEqual(await bench.plain.city.findMany({ orderBy: { id: 'asc' } }))
    expect(events.filter(({ kind }) => kind === 'warning')).toHaveLength(3)
    expect(events.some(({ kind }) => kind === 'filled')).toBe(false)
  })

  it('goes on when the listener of events throws', async () => {
    const { prisma, statuses } = open({
      models: { City: {} },
      onEvent: () => {
        throw new Error('in a listener')
      },
    })
    const read = () => prisma.city.count()
    expect(await statuses(read, read)).toEqual(['miss', 'hit'])
    await prisma.city.deleteMany()
    expect(await read()).toBe(0)
  })

  it('does not cache views, which no write names', async () => {
    const { prisma, base } = open({ models: { CountryStats: {}, City: {} } })
    const read = () => prisma.$cache.withInfo(() => prisma.countryStats.findMany({ orderBy: { countryCode: 'asc' } }))
    await read()
    await base.city.deleteMany({ where: { countryCode: 'FR' } })
    const { data, info } = await read()
    expect(data.map((row) => row.countryCode)).toEqual(['PE'])
    expect(info).toMatchObject({ status: 'bypass', reason: expect.stringContaining('is a view') })
  })

  it('counts what it does', async () => {
    const { prisma, statuses } = open({ models: { City: { ttl: '1h' }, Team: {} } })
    const cities = () => prisma.city.count()
    const teams = () => prisma.team.count()
    await statuses(cities, cities, cities, teams, () => prisma.city.count({ cacheStrategy: false }))
    await prisma.city.deleteMany()
    await statuses(cities)
    await prisma.$cache.invalidate({ models: ['Team'] })
    const stats = prisma.$cache.stats()
    const noWriteBehind = { accepted: 0, applied: 0, flushes: 0, deadLetters: 0, synchronous: 0 }
    expect(stats).toEqual({
      ...{
        hits: 2,
        staleHits: 0,
        staleInstead: 0,
        misses: 3,
        bypasses: 1,
        fills: 3,
        writtenThrough: 0,
        ...noWriteBehind,
        superseded: 0,
        invalidations: 2,
        loads: 3,
        loadErrors: 0,
      },
      ...{ storeErrors: 0, undecodable: 0, uncodable: 0, oversized: 0, rejected: 0, weakenedWrites: 0, flushErrors: 0 },
      writeBehind: {},
      models: {
        City: {
          hits: 2,
          staleHits: 0,
          staleInstead: 0,
          misses: 2,
          bypasses: 1,
          fills: 2,
          writtenThrough: 0,
          ...noWriteBehind,
        },
        Team: {
          hits: 0,
          staleHits: 0,
          staleInstead: 0,
          misses: 1,
          bypasses: 0,
          fills: 1,
          writtenThrough: 0,
          ...noWriteBehind,
        },
      },
    })
    await statuses(cities)
    expect(stats.hits, 'a copy').toBe(2)
    expect(prisma.$cache.stats().hits).toBe(3)
    await expect(prisma.$cache.flush()).resolves.toBeUndefined()
  })
})
