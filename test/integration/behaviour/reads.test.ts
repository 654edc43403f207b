import { describe, expect, it } from 'vitest'
import { type Cached, expectCached, infoOf, type Read, statusOf, storeKinds, useBench } from './bench.ts'

const reads: Readonly<Record<string, Read>> = {
  'findUnique by id': (client) => client.city.findUnique({ where: { id: 1 } }),
  'findUnique by another key': (client) => client.user.findUnique({ where: { email: 'bob@x' } }),
  'findUnique by a compound id': (client) =>
    client.membership.findUnique({ where: { teamId_userId: { teamId: 1, userId: 2 } } }),
  'findUnique by a compound unique key': (client) =>
    client.document.findUnique({ where: { orgId_slug: { orgId: 1, slug: 'b' } }, include: { sections: true } }),
  'findUnique with more conditions': (client) => client.post.findUnique({ where: { id: 1, published: true } }),
  'findUnique of nothing': (client) => client.city.findUnique({ where: { id: 99 } }),
  findUniqueOrThrow: (client) => client.post.findUniqueOrThrow({ where: { slug: 'one' }, omit: { body: true } }),
  findFirst: (client) => client.city.findFirst({ where: { name: { startsWith: 'L' } }, orderBy: { id: 'desc' } }),
  'findFirst of nothing': (client) => client.city.findFirst({ where: { name: 'Atlantis' } }),
  'findFirst without arguments': (client) => client.team.findFirst(),
  findFirstOrThrow: (client) => client.user.findFirstOrThrow({ where: { role: 'ADMIN' } }),
  findMany: (client) => client.city.findMany({ where: { population: { gt: 400 } }, orderBy: { id: 'asc' } }),
  'findMany of nothing': (client) => client.city.findMany({ where: { population: { lt: 0 } } }),
  'findMany with relations': (client) =>
    client.user.findMany({
      orderBy: { id: 'asc' },
      select: { email: true, posts: { orderBy: { id: 'asc' }, include: { tags: true, _count: true } } },
    }),
  'findMany distinct': (client) => client.city.findMany({ distinct: ['countryCode'], orderBy: { id: 'asc' } }),
  count: (client) => client.post.count({ where: { published: true } }),
  'count without arguments': (client) => client.post.count(),
  'count with select': (client) => client.country.count({ select: { _all: true, population: true } }),
  aggregate: (client) => client.city.aggregate({ _sum: { population: true }, _avg: { latitude: true }, _count: true }),
  'aggregate of nothing': (client) => client.city.aggregate({ where: { id: 0 }, _max: { population: true } }),
  groupBy: (client) =>
    client.city.groupBy({ by: ['countryCode'], _sum: { population: true }, orderBy: { countryCode: 'asc' } }),
  'the fluent API, to one': (client) => client.post.findUnique({ where: { id: 1 } }).author(),
  'the fluent API, to one that is not there': (client) => client.user.findUnique({ where: { id: 1 } }).manager(),
  'the fluent API, to many': (client) => client.user.findUnique({ where: { id: 1 } }).posts({ orderBy: { id: 'asc' } }),
  'the fluent API, from nothing': (client) => client.user.findUnique({ where: { id: 99 } }).posts(),
  'the fluent API, chained': (client) =>
    client.comment
      .findUnique({ where: { id: 3 } })
      .post()
      .author()
      .posts({ where: { published: true } }),
  'the fluent API, with arguments': (client) =>
    client.user
      .findUnique({ where: { id: 1 } })
      .posts({ select: { title: true, tags: true }, orderBy: { views: 'desc' }, take: 1 }),
  'the fluent API, from findFirst': (client) => client.post.findFirstOrThrow({ where: { slug: 'three' } }).tags(),
}

describe.each(storeKinds)('reads (%s)', (kind) => {
  const bench = useBench(kind)

  it.each(Object.entries(reads))('answers a second %s from the cache, type for type', async (what, read) => {
    await expectCached(bench, read, what)
  })

  it('keeps every one of them apart', async () => {
    // All at once, so that one entry for two of them would show.
    for (const [what, read] of Object.entries(reads)) await expectCached(bench, read, what)
    for (const [what, read] of Object.entries(reads)) {
      expect(await read(bench.writer), what).toStrictEqual(await read(bench.plain))
      expect(await statusOf(bench.writer, read), what).toBe('hit')
    }
  })

  it('answers reads of one tick, alike and different, each with its own', async () => {
    const ids = [1, 2, 3, 1, 2, 99]
    const read = (client: Cached | typeof bench.plain) =>
      Promise.all(ids.map((id) => client.city.findUnique({ where: { id } })))
    const truth = await read(bench.plain)
    expect(await read(bench.writer)).toStrictEqual(truth)
    const again = await read(bench.writer)
    expect(again).toStrictEqual(truth)
    expect(again[0], 'objects of their own').not.toBe(again[3])
  })

  it('gives every caller an object of its own', async () => {
    const read = () => bench.writer.city.findMany({ orderBy: { id: 'asc' } })
    for (const change of ['filled', 'hit', 'hit again']) {
      const cities = await read()
      expect(cities[0]!.name, change).toBe('Paris')
      cities[0]!.name = 'changed by the caller'
      cities.length = 1
    }
    await bench.writer.$cache.invalidateAll()
    const [one, two] = await Promise.all([read(), read()])
    one[0]!.name = 'changed by the caller'
    expect(two[0]!.name, 'a joined load').toBe('Paris')
  })

  it.each([
    ['findUniqueOrThrow', (client) => client.city.findUniqueOrThrow({ where: { id: 77 } })],
    ['findFirstOrThrow', (client) => client.city.findFirstOrThrow({ where: { name: 'Atlantis' } })],
  ] satisfies [string, Read][])(
    'fails as the plain client when %s finds nothing, and caches no failure',
    async (_, read) => {
      const errorOf = async (client: typeof bench.plain) =>
        Promise.resolve(read(client)).then(
          () => undefined,
          (error: unknown) => error as Error & { code: string; meta: unknown },
        )
      const truth = (await errorOf(bench.plain))!
      for (let i = 0; i < 2; i += 1) {
        const error = (await errorOf(bench.writer))!
        expect(error.constructor).toBe(truth.constructor)
        expect({ code: error.code, meta: error.meta, name: error.name }).toEqual({
          code: 'P2025',
          meta: truth.meta,
          name: truth.name,
        })
      }
      await bench.writer.city.create({
        data: { id: 77, name: 'Atlantis', countryCode: 'FR', population: 0, latitude: 0, longitude: 0 },
      })
      for (const { prisma } of bench.seats) expect(await read(prisma)).toStrictEqual(await read(bench.plain))
    },
  )

  it('tells of each read where it came from', async () => {
    const read: Read = (client) => client.user.findUnique({ where: { id: 2 } }).posts()
    const { info: miss } = await infoOf(bench.writer, read)
    expect(miss).toEqual({ status: 'miss', source: 'database', ageMs: null })
    const { info: hit } = await infoOf(bench.writer, read)
    expect(hit).toEqual({ status: 'hit', source: 'store', ageMs: expect.any(Number) })
    expect(hit.ageMs).toBeGreaterThanOrEqual(0)
    const { info } = await bench.writer.$cache.withInfo(async () => 'nothing')
    expect(info).toMatchObject({ status: 'bypass', reason: 'nothing was read through the cache' })
  })

  it('tells it to everybody who asks, also from further outside', async () => {
    const read: Read = (client) => client.user.findUnique({ where: { id: 3 } })
    await read(bench.writer)
    const { withInfo } = bench.writer.$cache
    const outer = await withInfo(() => withInfo(() => read(bench.writer)))
    expect([outer.info.status, outer.data.info.status]).toEqual(['hit', 'hit'])
  })
})
