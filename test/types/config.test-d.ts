import { expectTypeOf, it } from 'vitest'
import type { Prisma } from '../../prisma/generated/client.ts'
import { base, cachePlugin } from './clients.ts'

it('checks model names against the type map', () => {
  cachePlugin<Prisma.TypeMap>({ models: { City: { ttl: '5m' }, CountryStats: { strategy: 'cache-aside' } } })
  // @ts-expect-error: no such model
  cachePlugin<Prisma.TypeMap>({ models: { Town: { ttl: '5m' } } })
  // @ts-expect-error: the name of the model, not of the client's property
  cachePlugin<Prisma.TypeMap>({ models: { city: { ttl: '5m' } } })
  // @ts-expect-error: an unknown strategy
  cachePlugin<Prisma.TypeMap>({ models: { City: { strategy: 'write-around' } } })
  // @ts-expect-error: an unknown option
  cachePlugin<Prisma.TypeMap>({ namespaces: 'shop' })
})

it('leaves model names to the run time without a type map', () => {
  cachePlugin()
  cachePlugin({})
  base.$extends(cachePlugin({ models: { Town: { ttl: '5m', tags: ['x'] } } }))
  // @ts-expect-error: but not the options
  cachePlugin({ models: { City: { ttl: 'soon' } } })
})

it('types what the functions are given', () => {
  cachePlugin<Prisma.TypeMap>({
    namespace: 'shop',
    models: {
      City: {
        ttl: ({ operation, result }) => (operation === 'findUnique' && (result?.population ?? 0) > 1e6 ? '1h' : 30),
        tags: (query) => {
          if (query.operation === 'findMany') {
            expectTypeOf(query.result[0]!.countryCode).toEqualTypeOf<string | undefined>()
            expectTypeOf(query.result[0]!.country).toEqualTypeOf<unknown>()
            expectTypeOf(query.args.orderBy).not.toBeAny()
            // @ts-expect-error: the result belongs to the caller of the query
            query.result.push({})
            return query.result.map((city) => `country-${city.countryCode}`)
          }
          if (query.operation === 'findFirst') expectTypeOf(query.result).toExtend<{ name?: string } | null>()
          if (query.operation === 'count') expectTypeOf(query.result).toExtend<number | { _all?: number }>()
          // @ts-expect-error: an operation that writes
          if (query.operation === 'update') return []
          return []
        },
      },
      CountryStats: {
        // @ts-expect-error: a view without a unique field has no unique lookup
        ttl: ({ operation }) => (operation === 'findUnique' ? 1 : 2),
      },
      // @ts-expect-error: tags are strings
      Country: { tags: ({ result }) => [result] },
    },
  })
})

it('types the client just as well', async () => {
  const client = base.$extends(cachePlugin<Prisma.TypeMap>({ models: { City: {} } }))
  const rows = await client.city.findMany({ select: { id: true }, cacheStrategy: { ttl: 60 } })
  expectTypeOf(rows).toEqualTypeOf<{ id: number }[]>()
  expectTypeOf<Awaited<ReturnType<typeof client.city.findMany>>[number]['name']>().toEqualTypeOf<string>()
})
