import { expectTypeOf, it } from 'vitest'
import { Prisma } from '../../prisma/generated/client.ts'
import type { CacheStats, ReadInfo } from '../../src/core/client.ts'
import { base, cached, cachePlugin, plain } from './clients.ts'

const label = Prisma.defineExtension({
  result: {
    city: {
      label: { needs: { name: true, countryCode: true }, compute: (city) => `${city.name} (${city.countryCode})` },
    },
  },
})
const cacheStrategy = { ttl: 60 }

const before = base.$extends(label).$extends(cachePlugin())
const after = base.$extends(cachePlugin()).$extends(label)

it('keeps computed fields of an extension added before', async () => {
  expectTypeOf((await before.city.findFirstOrThrow({ cacheStrategy })).label).toEqualTypeOf<string>()
  expectTypeOf(await before.city.findMany({ select: { label: true }, cacheStrategy })).toEqualTypeOf<
    { label: string }[]
  >()
  expectTypeOf(await before.city.findMany({ omit: { label: true }, cacheStrategy })).not.toHaveProperty('label')
  expectTypeOf(
    (await before.country.findFirstOrThrow().cities({ select: { label: true } }))[0]!.label,
  ).toEqualTypeOf<string>()
})

it('keeps computed fields of an extension added after', async () => {
  expectTypeOf((await after.city.findFirstOrThrow({ cacheStrategy })).label).toEqualTypeOf<string>()
  expectTypeOf(await after.city.findMany({ select: { label: true }, cacheStrategy })).toEqualTypeOf<
    { label: string }[]
  >()
  expectTypeOf(
    await after.country.findMany({ select: { cities: { select: { label: true } } }, cacheStrategy }),
  ).toEqualTypeOf<{ cities: { label: string }[] }[]>()
  const cities = await after.city.findFirstOrThrow({ cacheStrategy }).country().cities()
  expectTypeOf(cities[0]!.label).toEqualTypeOf<string>()
  // @ts-expect-error: a computed field is nothing to filter by
  after.city.findMany({ where: { label: 'x' } })
})

it('keeps methods that extensions add to models', async () => {
  const methods = Prisma.defineExtension({
    model: {
      $allModels: {
        async exists<T>(this: T, where: Prisma.Args<T, 'findFirst'>['where']): Promise<boolean> {
          return where !== undefined
        },
      },
      city: {
        async biggest(take: number) {
          return take
        },
      },
    },
  })
  for (const client of [base.$extends(methods).$extends(cachePlugin())]) {
    expectTypeOf(await client.city.exists({ name: 'Lima' })).toEqualTypeOf<boolean>()
    expectTypeOf(await client.city.biggest(3)).toEqualTypeOf<number>()
    expectTypeOf(await client.city.findMany({ select: { id: true }, cacheStrategy })).toEqualTypeOf<{ id: number }[]>()
  }
  for (const client of [base.$extends(cachePlugin()).$extends(methods)]) {
    expectTypeOf(await client.city.exists({ name: 'Lima' })).toEqualTypeOf<boolean>()
    expectTypeOf(await client.city.biggest(3)).toEqualTypeOf<number>()
    expectTypeOf(await client.city.findMany({ select: { id: true }, cacheStrategy })).toEqualTypeOf<{ id: number }[]>()
    // @ts-expect-error: the arguments of the added method are still its own
    client.city.exists({ mayor: 'x' })
  }
})

it('is seen by the methods of extensions added after', () => {
  cached.$extends({
    model: {
      city: {
        async biggest() {
          const cities = await Prisma.getExtensionContext(this).findMany({ select: { name: true }, cacheStrategy })
          expectTypeOf(cities).toEqualTypeOf<{ name: string }[]>()
        },
      },
    },
    client: {
      async $warm() {
        const client = Prisma.getExtensionContext(this)
        expectTypeOf(await client.city.findMany({ select: { name: true }, cacheStrategy })).toEqualTypeOf<
          { name: string }[]
        >()
        expectTypeOf(client.$cache.stats()).toEqualTypeOf<CacheStats>()
      },
    },
  })
})

it('keeps what other extensions add to the client', async () => {
  const hello = Prisma.defineExtension({ client: { $hello: (name: string) => name.length } })
  expectTypeOf(base.$extends(hello).$extends(cachePlugin()).$hello('x')).toEqualTypeOf<number>()
  expectTypeOf(base.$extends(cachePlugin()).$extends(hello).$hello('x')).toEqualTypeOf<number>()
  expectTypeOf(base.$extends(cachePlugin()).$extends(hello).$cache.flush()).toEqualTypeOf<Promise<void>>()
  expectTypeOf(await cached.$queryRaw<{ n: number }[]>`SELECT 1 AS n`).toEqualTypeOf<{ n: number }[]>()
})

it('adds $cache and $accelerate', async () => {
  const { data, info } = await cached.$cache.withInfo(() => cached.city.findMany({ select: { id: true } }))
  expectTypeOf(data).toEqualTypeOf<{ id: number }[]>()
  expectTypeOf(info).toEqualTypeOf<ReadInfo>()
  expectTypeOf(cached.$cache.stats().models.City?.hits).toEqualTypeOf<number | undefined>()
  await cached.$cache.invalidate({ tags: ['home'], models: ['City'] })
  await cached.$accelerate.invalidate({ tags: ['home'] })
  await cached.$accelerate.invalidateAll()
  // @ts-expect-error: Accelerate invalidates by tags only
  await cached.$accelerate.invalidate({ models: ['City'] })
  // @ts-expect-error: a plain client has no cache
  plain.$cache
})

it('works when it is made before the client is known', async () => {
  const plugin = cachePlugin()
  const client = base.$extends(plugin)
  expectTypeOf(await client.city.findMany({ select: { id: true }, cacheStrategy })).toEqualTypeOf<{ id: number }[]>()
  expectTypeOf((await client.$extends(label).city.findFirstOrThrow()).label).toEqualTypeOf<string>()
  // @ts-expect-error: still checked against the schema
  client.city.findMany({ where: { mayor: 'x' } })
})
