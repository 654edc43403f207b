import { describe, expect, inject, it } from 'vitest'
import { Prisma } from '../../../prisma/generated/client.ts'
import { cachePlugin } from '../../../src/index.ts'
import { watchedClient } from '../../services/client.ts'
import { freshNamespace } from '../../services/fresh.ts'
import { type Cached, patient, statusOf, storeKinds, useBench } from './bench.ts'
import { expectSame } from './same.ts'

type Plain = ReturnType<typeof watchedClient>['client']
/** An extension as `$extends` takes it; the clients here are typed as plain ones. */
type Extend = (client: Plain) => Plain
const extension =
  (args: object): Extend =>
  (client) =>
    client.$extends(args) as unknown as Plain

const shout = extension({
  name: 'shout',
  result: {
    city: {
      label: {
        needs: { name: true, countryCode: true },
        compute: (city: { name: string; countryCode: string }) => `${city.name} (${city.countryCode})`,
      },
      large: { needs: { population: true }, compute: (city: { population: number }) => city.population > 1000 },
    },
  },
})
const methods = extension({
  name: 'methods',
  model: { city: { named: (name: string) => `city ${name}` }, $allModels: { hello: () => 'hello' } },
  client: { $hello: () => 'hello client' },
})
const half: Extend = (client) =>
  client.$extends({
    name: 'half',
    query: {
      city: {
        async findMany({ args, query }) {
          const cities = await query(args)
          return cities.map((city) => ({ ...city, population: (city.population ?? 0) / 2 }))
        },
      },
    },
  }) as unknown as Plain
let counted = 0
const counting: Extend = (client) =>
  client.$extends({
    name: 'counting',
    query: {
      $allOperations({ args, query }) {
        counted += 1
        return query(args)
      },
    },
  }) as unknown as Plain
const asFunction: Extend = (client) =>
  client.$extends(
    Prisma.defineExtension((inner) => inner.$extends({ client: { $twice: (n: number) => n * 2 } })),
  ) as unknown as Plain

describe.each(storeKinds)('other extensions (%s)', (kind) => {
  const bench = useBench(kind)

  const open = (before: readonly Extend[], after: readonly Extend[]) => {
    const { client, adapter } = watchedClient(bench.databaseUrl)
    const redis = kind === 'redis' ? { redis: inject('redisUrl') } : {}
    const plugin = cachePlugin({
      ...redis,
      namespace: freshNamespace(),
      ...patient,
      models: { City: {}, Country: {} },
    })
    const extended = before.reduce((inner, extend) => extend(inner), client)
    const cached = after.reduce((inner, extend) => extend(inner), extended.$extends(plugin) as unknown as Plain)
    return { cached: cached as unknown as Cached, adapter }
  }
  const places: readonly (readonly [string, (extend: Extend) => ReturnType<typeof open>])[] = [
    ['before', (extend) => open([extend], [])],
    ['after', (extend) => open([], [extend])],
    ['in a chain of four', (extend) => open([methods, extend], [counting, asFunction])],
    ['after, in a chain of four', (extend) => open([methods, counting], [asFunction, extend])],
  ]

  it.each(places)('computes fields %s, on a miss and on a hit', async (_, place) => {
    const { cached } = place(shout)
    const truth = shout(bench.plain)
    type Labelled = {
      findMany: (args: object) => Promise<object[]>
      findUnique: (args: object) => Promise<object | null>
    }
    const reads = [
      (client: Plain) => (client.city as unknown as Labelled).findMany({ orderBy: { id: 'asc' } }),
      (client: Plain) =>
        (client.city as unknown as Labelled).findMany({ orderBy: { id: 'asc' }, select: { label: true } }),
      (client: Plain) =>
        (client.city as unknown as Labelled).findMany({ orderBy: { id: 'asc' }, select: { large: true, id: true } }),
      (client: Plain) =>
        (client.city as unknown as Labelled).findMany({ orderBy: { id: 'asc' }, omit: { label: true } }),
      (client: Plain) => (client.city as unknown as Labelled).findUnique({ where: { id: 1 }, select: { label: true } }),
      (client: Plain) =>
        client.country.findMany({ include: { cities: { orderBy: { id: 'asc' } } }, orderBy: { code: 'asc' } }),
    ]
    for (const read of reads) {
      const expected = plainCopy(await read(truth))
      expectSame(plainCopy(await read(cached)), expected)
      expect(await statusOf(cached, (client) => read(client))).toBe('hit')
      expectSame(plainCopy(await read(cached)), expected)
    }
    await cached.city.update({ where: { id: 1 }, data: { name: 'Lutetia' } })
    expectSame(plainCopy(await reads[1]!(cached)), plainCopy(await reads[1]!(truth)))
    expect(JSON.stringify(await reads[1]!(cached))).toContain('Lutetia (FR)')
  })

  it.each(places)('keeps methods of models and of the client %s', async (_, place) => {
    const { cached } = place(methods)
    const extended = cached as unknown as { city: { named(name: string): string; hello(): string }; $hello(): string }
    expect([extended.city.named('x'), extended.city.hello(), extended.$hello()]).toEqual([
      'city x',
      'hello',
      'hello client',
    ])
    await cached.city.findMany()
    expect(await statusOf(cached, (client) => client.city.findMany())).toBe('hit')
  })

  it.each(places)('leaves results that a query extension changes as it changed them, %s', async (_, place) => {
    const { cached } = place(half)
    const read = (client: Plain) => client.city.findMany({ orderBy: { id: 'asc' }, take: 2 })
    for (let i = 0; i < 3; i += 1) expectSame(await read(cached), await read(half(bench.plain)))
    expect(await statusOf(cached, read)).toBe('hit')
    // A client without that extension, on the same cache, sees what the database holds.
    expect((await read(cached))[0]!.population).toBe(1050)
  })

  it.each(places)('runs every query hook once, on hits too, %s', async (where, place) => {
    const { cached } = place(counting)
    for (const status of ['miss', 'hit']) {
      counted = 0
      expect(await statusOf(cached, (client) => client.city.count())).toBe(status)
      // The chain holds it twice.
      expect(counted).toBe(where.includes('chain') ? 2 : 1)
    }
  })

  it.each(places)('gives the transaction client all of them, %s', async (_, place) => {
    const { cached, adapter } = place(shout)
    const read = (client: Plain) => client.city.findUnique({ where: { id: 1 } })
    await read(cached)
    const seen = await cached.$transaction(async (tx) => {
      await tx.city.update({ where: { id: 1 }, data: { name: 'Lutetia' } })
      return read(tx as Plain)
    })
    expect(seen).toMatchObject({ name: 'Lutetia', label: 'Lutetia (FR)' })
    expect(await read(cached)).toMatchObject({ name: 'Lutetia', label: 'Lutetia (FR)' })
    await cached
      .$transaction(async (tx) => void (await tx.city.update({ where: { id: 1 }, data: { name: 'never' } })).id)
      .catch(() => {})
    expect(adapter.count((sql) => sql === 'COMMIT')).toBe(2)
    expect(await read(cached)).toMatchObject({ label: 'never (FR)' })
  })

  it('survives extensions that override $transaction or $extends', async () => {
    const calls: string[] = []
    const overriding: Extend = (client) =>
      client.$extends({
        client: {
          $transaction(this: Plain, ...args: [never]) {
            calls.push('$transaction')
            return client.$transaction.apply(Prisma.getExtensionContext(this) as unknown as Plain, args)
          },
        },
      }) as unknown as Plain
    const extending: Extend = (client) =>
      client.$extends({
        client: {
          $extends(...args: [never]) {
            calls.push('$extends')
            return client.$extends(...args)
          },
        },
      }) as unknown as Plain
    for (const place of places) {
      for (const extend of [overriding, extending]) {
        await bench.reset()
        const { cached } = place[1](extend)
        const read = (client: Plain) => client.city.findUnique({ where: { id: 1 } })
        await read(cached)
        expect(await statusOf(cached, read), place[0]).toBe('hit')
        await cached.$transaction(async (tx) => {
          await tx.city.update({ where: { id: 1 }, data: { name: place[0] } })
        })
        expect((await read(cached))!.name, `${place[0]} ${extend.name}`).toBe(place[0])
        await cached.$transaction([cached.city.update({ where: { id: 1 }, data: { name: 'batch' } })])
        expect((await read(cached))!.name, `${place[0]} ${extend.name}`).toBe('batch')
        const further = cached.$extends({ query: { city: { findUnique: ({ query }) => query({ where: { id: 2 } }) } } })
        expect((await read(further as unknown as Plain))!.name, `${place[0]} ${extend.name}`).toBe('Lyon')
        expect((await read(cached))!.name).toBe('batch')
      }
    }
    expect(new Set(calls)).toEqual(new Set(['$transaction', '$extends']))
  })

  it('counts as used already in every client made from one that has it', () => {
    const { cached } = open([], [shout])
    expect(() => cached.$extends(cachePlugin())).toThrow(expect.objectContaining({ code: 'CONFIG.INVALID' }))
    expect(() => cached.$extends({ name: 'x' }).$extends(cachePlugin())).toThrow(/a cache already.*once/)
  })
})

/** Rows with computed fields as they are printed: the fields are getters of a proxy. */
function plainCopy(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  if (Array.isArray(value)) return value.map(plainCopy)
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plainCopy(inner)]))
}
