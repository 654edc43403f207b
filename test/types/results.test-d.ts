import { expectTypeOf, it } from 'vitest'
import type { Prisma } from '../../prisma/generated/client.ts'
import { base, cached, cachedOmitting, plain, plainOmitting } from './clients.ts'

const where = { id: 1 }
const cacheStrategy = { ttl: 60, swr: '30s', tags: ['home'] }

it('gives rows the types that Prisma gives them', async () => {
  expectTypeOf(await cached.city.findUnique({ where, cacheStrategy })).toEqualTypeOf(
    await plain.city.findUnique({ where }),
  )
  expectTypeOf(await cached.city.findUniqueOrThrow({ where, cacheStrategy })).toEqualTypeOf(
    await plain.city.findUniqueOrThrow({ where }),
  )
  expectTypeOf(await cached.city.findFirst({ where, cacheStrategy })).toEqualTypeOf(
    await plain.city.findFirst({ where }),
  )
  expectTypeOf(await cached.city.findFirstOrThrow({ cacheStrategy })).toEqualTypeOf(await plain.city.findFirstOrThrow())
  expectTypeOf(await cached.city.findMany({ where, cacheStrategy })).toEqualTypeOf(await plain.city.findMany({ where }))
  expectTypeOf(await cached.city.findMany()).toEqualTypeOf(await base.city.findMany())
  // Held to a type written down as well, so that both sides cannot be wrong together.
  expectTypeOf((await cached.post.findFirstOrThrow({ cacheStrategy })).createdAt).toEqualTypeOf<Date>()
})

it('narrows to select, include and omit', async () => {
  const select = {
    title: true,
    author: { select: { email: true, _count: { select: { posts: true } } } },
    tags: true,
  } as const
  expectTypeOf(await cached.post.findMany({ select, cacheStrategy })).toEqualTypeOf(
    await plain.post.findMany({ select }),
  )
  const include = {
    posts: { where: { published: true }, include: { tags: true } },
    manager: true,
    _count: true,
  } as const
  expectTypeOf(await cached.user.findUnique({ where, include, cacheStrategy })).toEqualTypeOf(
    await plain.user.findUnique({ where, include }),
  )
  const omit = { body: true } as const
  expectTypeOf(await cached.post.findFirst({ omit, cacheStrategy })).toEqualTypeOf(await plain.post.findFirst({ omit }))
  expectTypeOf(await cached.city.findMany({ select: { id: true }, cacheStrategy })).toEqualTypeOf<{ id: number }[]>()
})

it('keeps the types of count, aggregate and groupBy', async () => {
  expectTypeOf(await cached.city.count({ cacheStrategy })).toEqualTypeOf<number>()
  expectTypeOf(await cached.city.count({ select: { _all: true, name: true }, cacheStrategy })).toEqualTypeOf<{
    _all: number
    name: number
  }>()
  const sums = { _sum: { population: true }, _max: { name: true }, _count: true } as const
  expectTypeOf(await cached.city.aggregate({ ...sums, cacheStrategy })).toEqualTypeOf(
    await plain.city.aggregate({ ...sums }),
  )
  expectTypeOf(
    await cached.city.groupBy({ by: ['countryCode'], _avg: { population: true }, cacheStrategy }),
  ).toEqualTypeOf(await plain.city.groupBy({ by: ['countryCode'], _avg: { population: true } }))
})

it('keeps the fluent api, to any depth', async () => {
  const found = cached.city.findUnique({ where, cacheStrategy })
  const expected = plain.city.findUnique({ where })
  expectTypeOf(await found.country()).toEqualTypeOf(await expected.country())
  expectTypeOf(await found.country({ select: { name: true } })).toEqualTypeOf<{ name: string } | null>()
  expectTypeOf(await found.country().cities({ take: 3 })).toEqualTypeOf(await expected.country().cities({ take: 3 }))
  expectTypeOf(await cached.user.findFirstOrThrow().manager().manager().posts()).toEqualTypeOf(
    await plain.user.findFirstOrThrow().manager().manager().posts(),
  )
  // @ts-expect-error: a relation that does not exist
  found.mayor()
  // @ts-expect-error: the strategy belongs to the query, not to the step
  found.country({ cacheStrategy: false })
})

it('keeps what the client omits', async () => {
  expectTypeOf(await cachedOmitting.user.findMany({ cacheStrategy })).toEqualTypeOf(await plainOmitting.user.findMany())
  expectTypeOf(await cachedOmitting.user.findFirstOrThrow()).not.toHaveProperty('email')
  expectTypeOf(await cachedOmitting.user.findFirstOrThrow({ omit: { email: false } })).toHaveProperty('email')
  expectTypeOf(await cachedOmitting.post.findFirstOrThrow().author()).toEqualTypeOf(
    await plainOmitting.post.findFirstOrThrow().author(),
  )
})

it('gives Prisma promises, which batches take', async () => {
  expectTypeOf(cached.city.findMany({ cacheStrategy })).toExtend<Prisma.PrismaPromise<unknown>>()
  const both = await cached.$transaction([
    cached.city.count({ cacheStrategy: false }),
    cached.city.findUnique({ where, select: { name: true } }),
    cached.city.update({ where, data: { views: 1 } }),
  ])
  expectTypeOf(both[0]).toEqualTypeOf<number>()
  expectTypeOf(both[1]).toEqualTypeOf<{ name: string } | null>()
  expectTypeOf(both[2].views).toEqualTypeOf<number>()
})

it('types the reads of an interactive transaction', async () => {
  const name = await cached.$transaction(async (tx) => {
    expectTypeOf(await tx.city.findMany({ where, cacheStrategy })).toEqualTypeOf(await plain.city.findMany({ where }))
    return (await tx.city.findUniqueOrThrow({ where, cacheStrategy })).name
  })
  expectTypeOf(name).toEqualTypeOf<string>()
})

it('knows the model of a method that is only a type', async () => {
  expectTypeOf<ReturnType<typeof cached.city.findMany>>().toEqualTypeOf<ReturnType<typeof plain.city.findMany>>()
  expectTypeOf<Awaited<ReturnType<typeof cached.user.findUnique>>>().toEqualTypeOf<
    Awaited<ReturnType<typeof plain.user.findUnique>>
  >()
  expectTypeOf<Parameters<typeof cached.city.findMany>[0]>().toExtend<{ cacheStrategy?: unknown } | undefined>()
  expectTypeOf<Prisma.Result<typeof cached.city, { select: { id: true } }, 'findMany'>>().toEqualTypeOf<
    { id: number }[]
  >()
  expectTypeOf<Prisma.Args<typeof cached.city, 'findMany'>>().toEqualTypeOf<
    Prisma.Args<typeof plain.city, 'findMany'>
  >()
})
