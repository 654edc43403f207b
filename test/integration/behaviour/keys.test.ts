import { beforeEach, describe, expect, it } from 'vitest'
import { Prisma } from '../../../prisma/generated/client.ts'
import { type Read, statusOf, storeKinds, useBench } from './bench.ts'
import { expectSame } from './same.ts'

const samples =
  (where: Prisma.SampleWhereInput): Read =>
  (client) =>
    client.sample.findMany({ where, orderBy: { id: 'asc' }, select: { id: true } })
const events =
  (payload: Prisma.JsonNullableFilter<'Event'>): Read =>
  (client) =>
    client.event.findMany({ where: { payload }, orderBy: { id: 'asc' }, select: { id: true } })
const cities =
  (args: Prisma.CityFindManyArgs): Read =>
  (client) =>
    client.city.findMany({ orderBy: { id: 'asc' }, ...args })

type Pair = readonly [what: string, one: Read, other: Read]

const different: readonly Pair[] = [
  ['1 and "1" in JSON', events({ equals: 1 }), events({ equals: '1' })],
  ['true and "true" in JSON', events({ equals: true }), events({ equals: 'true' })],
  ['null inside JSON and "null"', events({ equals: [null] }), events({ equals: ['null'] })],
  ['DbNull and JsonNull', events({ equals: Prisma.DbNull }), events({ equals: Prisma.JsonNull })],
  ['DbNull and AnyNull', events({ equals: Prisma.DbNull }), events({ equals: Prisma.AnyNull })],
  ['JsonNull and AnyNull', events({ equals: Prisma.JsonNull }), events({ equals: Prisma.AnyNull })],
  ['not DbNull and not AnyNull', events({ not: Prisma.DbNull }), events({ not: Prisma.AnyNull })],
  ['an object and its text, in JSON', events({ equals: { a: 1 } }), events({ equals: '{"a":1}' })],
  ['an empty array and an empty object', events({ equals: [] }), events({ equals: {} })],
  ['two paths', events({ path: ['a', 'b'], equals: 1 }), events({ path: ['a.b'], equals: 1 })],
  [
    'null and undefined',
    (client) => client.user.findMany({ where: { managerId: null }, orderBy: { id: 'asc' } }),
    (client) => client.user.findMany({ where: { managerId: undefined as never }, orderBy: { id: 'asc' } }),
  ],
  ['two bigints that are one number', samples({ bigInt: 9007199254740993n }), samples({ bigInt: 9007199254740992n })],
  [
    'two decimals that are one number',
    samples({ decimal: new Prisma.Decimal('0.1') }),
    samples({ decimal: new Prisma.Decimal('0.1000000000000000000001') }),
  ],
  ['a decimal and another number', samples({ decimal: new Prisma.Decimal('0.1') }), samples({ decimal: 0.2 })],
  ['bytes of equal length', samples({ bytes: new Uint8Array([0, 1]) }), samples({ bytes: new Uint8Array([1, 0]) })],
  [
    'two dates of one second',
    samples({ dateTime: new Date('2024-01-01T00:00:00.001Z') }),
    samples({ dateTime: new Date('2024-01-01T00:00:00.002Z') }),
  ],
  [
    'a date and a later text',
    samples({ dateTime: { gte: new Date('2024-01-01T00:00:00.001Z') } }),
    samples({ dateTime: { gte: '2024-01-01T00:00:00.002Z' } }),
  ],
  ['an empty list and a missing one', cities({ where: { id: { in: [] } } }), cities({ where: { id: {} } })],
  ['the ends of a list', cities({ take: 2 }), cities({ take: -2 })],
  ['none and all', cities({ take: 0 }), cities({})],
  ['two cursors', cities({ cursor: { id: 2 }, take: 1 }), cities({ cursor: { id: 3 }, take: 1 })],
  [
    'two orders of the same columns',
    cities({ orderBy: [{ countryCode: 'asc' }, { population: 'asc' }] }),
    cities({ orderBy: [{ population: 'asc' }, { countryCode: 'asc' }] }),
  ],
  ['two directions', cities({ orderBy: { name: 'asc' } }), cities({ orderBy: { name: 'desc' } })],
  [
    'where nulls go',
    (client) => client.country.findMany({ orderBy: { population: { sort: 'asc', nulls: 'first' } } }),
    (client) => client.country.findMany({ orderBy: { population: { sort: 'asc', nulls: 'last' } } }),
  ],
  ['AND and OR', cities({ where: { AND: [{ id: 1 }, { id: 2 }] } }), cities({ where: { OR: [{ id: 1 }, { id: 2 }] } })],
  ['NOT and not', cities({ where: { NOT: { id: 1 } } }), cities({ where: { AND: { id: 1 } } })],
  [
    'some and every',
    (client) => client.user.findMany({ where: { posts: { some: { published: true } } }, orderBy: { id: 'asc' } }),
    (client) => client.user.findMany({ where: { posts: { every: { published: true } } }, orderBy: { id: 'asc' } }),
  ],
  [
    'text and text without case',
    cities({ where: { name: { equals: 'paris' } } }),
    cities({ where: { name: { equals: 'paris', mode: 'insensitive' } } }),
  ],
  [
    'columns compared with',
    (client) => client.city.findMany({ where: { id: { lt: client.city.fields.population } } }),
    (client) => client.city.findMany({ where: { id: { lt: client.city.fields.views } } }),
  ],
  ['select and omit', cities({ select: { id: true } }), cities({ omit: { id: true } })],
  [
    'select of false and of true',
    cities({ select: { id: true, name: false } }),
    cities({ select: { id: true, name: true } }),
  ],
  [
    'with and without relations',
    cities({ where: { id: 1 } }),
    cities({ where: { id: 1 }, include: { country: true } }),
  ],
  [
    'relations, and relations with arguments',
    (client) => client.country.findMany({ include: { cities: true } }),
    (client) => client.country.findMany({ include: { cities: { take: 1 } } }),
  ],
  [
    'operations',
    (client) => client.city.findMany({ where: { id: 1 } }),
    (client) => client.city.findFirst({ where: { id: 1 } }),
  ],
  ['counts', (client) => client.city.count(), (client) => client.city.count({ select: { _all: true } })],
  [
    'aggregates',
    (client) => client.city.aggregate({ _min: { id: true } }),
    (client) => client.city.aggregate({ _max: { id: true } }),
  ],
  [
    'models',
    (client) => client.tag.findMany({ where: { id: 1 } }),
    (client) => client.team.findMany({ where: { id: 1 } }),
  ],
  [
    'the fluent API and a select',
    (client) => client.post.findUnique({ where: { id: 1 } }).author(),
    (client) => client.post.findUnique({ where: { id: 1 }, select: { author: true } }),
  ],
  [
    'two relations of the fluent API',
    (client) => client.user.findUnique({ where: { id: 2 } }).manager(),
    (client) => client.user.findUnique({ where: { id: 2 } }).reports(),
  ],
  [
    'groups by one and by two',
    (client) => client.city.groupBy({ by: ['countryCode'], orderBy: { countryCode: 'asc' } }),
    (client) => client.city.groupBy({ by: ['countryCode', 'name'], orderBy: { name: 'asc' } }),
  ],
]

const alike: readonly Pair[] = [
  ['the order of select', cities({ select: { id: true, name: true } }), cities({ select: { name: true, id: true } })],
  [
    'the order of include, and of select below it',
    (client) =>
      client.user.findMany({
        orderBy: { id: 'asc' },
        include: { profile: true, posts: { select: { id: true, title: true } } },
      }),
    (client) =>
      client.user.findMany({
        orderBy: { id: 'asc' },
        include: { posts: { select: { title: true, id: true } }, profile: true },
      }),
  ],
  [
    'the order of aggregates',
    (client) => client.city.aggregate({ _sum: { population: true, views: true }, _count: { _all: true, name: true } }),
    (client) => client.city.aggregate({ _count: { name: true, _all: true }, _sum: { views: true, population: true } }),
  ],
  [
    'the order of what groups show',
    (client) =>
      client.city.groupBy({ by: ['countryCode'], orderBy: { countryCode: 'asc' }, _max: { id: true }, _count: true }),
    (client) =>
      client.city.groupBy({ by: ['countryCode'], orderBy: { countryCode: 'asc' }, _count: true, _max: { id: true } }),
  ],
  ['the order of where', cities({ where: { id: 1, name: 'Paris' } }), cities({ where: { name: 'Paris', id: 1 } })],
  [
    'undefined',
    cities({ where: { id: 1 } }),
    cities({ where: { id: 1, name: undefined as never }, take: undefined as never }),
  ],
  ['no arguments and empty ones', (client) => client.team.findMany(), (client) => client.team.findMany({})],
  ['the class of bytes', samples({ bytes: new Uint8Array([0, 1]) }), samples({ bytes: Buffer.from([0, 1]) as never })],
  [
    'trailing zeros',
    samples({ decimal: new Prisma.Decimal('0.1') }),
    samples({ decimal: new Prisma.Decimal('0.100') }),
  ],
]

describe.each(storeKinds)('keys (%s)', (kind) => {
  const bench = useBench(kind)

  beforeEach(async () => {
    const { sample, event } = bench.plain
    const decimals = ['0.1', '0.1000000000000000000001', '0.2']
    await sample.createMany({
      data: decimals.map((decimal, i) => ({
        ...{
          int: i,
          bigInt: 9007199254740992n + BigInt(i),
          float: i,
          decimal,
          boolean: true,
          string: '',
          json: 1,
          colour: 'RED',
        },
        ...{
          dateTime: new Date(Date.UTC(2024, 0, 1, 0, 0, 0, i + 1)),
          date: new Date('2024-01-01'),
          bytes: new Uint8Array([i, 1 - i]),
        },
      })),
    })
    const payloads: Prisma.InputJsonValue[] = [
      1,
      '1',
      true,
      'true',
      { a: 1 },
      '{"a":1}',
      [],
      {},
      { a: { b: 1 } },
      { 'a.b': 1 },
      [null] as never,
      ['null'],
    ]
    await event.createMany({ data: payloads.map((payload) => ({ kind: 'key', payload })) })
  })

  it.each(different)('R40: keeps apart %s', async (_, one, other) => {
    const truths = [await one(bench.plain), await other(bench.plain)]
    expect(truths[0], 'a pair whose answers differ').not.toEqual(truths[1])
    for (const reads of [
      [one, other],
      [other, one],
    ] as const) {
      await bench.writer.$cache.invalidateAll()
      for (const read of [...reads, ...reads]) {
        expectSame(await read(bench.writer), truths[read === one ? 0 : 1])
      }
      expect(await statusOf(bench.writer, one)).toBe('hit')
    }
  })

  it.each(alike)('R40: sees one question in spite of %s', async (_, one, other) => {
    const truth = await one(bench.plain)
    expectSame(await one(bench.writer), truth)
    expect(await statusOf(bench.writer, other)).toBe('hit')
    expectSame(await other(bench.writer), await other(bench.plain))
  })

  it('R40: caches nothing that it cannot name, and leaves errors to Prisma', async () => {
    const read: Read = (client) => client.city.findMany({ where: { name: Symbol('odd') as never } })
    const errorOf = (client: typeof bench.plain) =>
      Promise.resolve(read(client)).then(
        () => undefined,
        ({ name }: Error) => name,
      )
    expect(await errorOf(bench.writer)).toBe(await errorOf(bench.plain))
    expect(await errorOf(bench.plain)).toBeDefined()
  })
})
