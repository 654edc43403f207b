import { expectTypeOf, it } from 'vitest'
import type { Prisma } from '../../prisma/generated/client.ts'
import { cached } from './clients.ts'

const where = { id: 1 }

it('takes a strategy on every read', () => {
  cached.city.findUnique({ where, cacheStrategy: { ttl: 60 } })
  cached.city.findUniqueOrThrow({ where, cacheStrategy: { ttl: '5m', swr: '30s' } })
  cached.city.findFirst({ cacheStrategy: {} })
  cached.city.findFirstOrThrow({ cacheStrategy: { tags: ['home'] } })
  cached.city.findMany({ cacheStrategy: false })
  cached.city.count({ cacheStrategy: { ttl: 1, swr: 1, tags: [] } })
  cached.city.aggregate({ _count: true, cacheStrategy: false })
  cached.city.groupBy({ by: ['countryCode'], cacheStrategy: false })
  cached.countryStats.findMany({ cacheStrategy: { ttl: 60 } })
})

it('takes a strategy that is decided elsewhere', () => {
  const tags: readonly string[] = ['home']
  const maybe = (refresh: boolean) => (refresh ? (false as const) : { ttl: 60, tags })
  cached.city.findMany({ cacheStrategy: maybe(true) })
  cached.city.findMany({ cacheStrategy: undefined })
  cached.city.findMany()
})

it('takes one on no write', () => {
  const data = { name: 'Peru' }
  // @ts-expect-error
  cached.country.create({ data: { code: 'PE', name: 'Peru' }, cacheStrategy: false })
  // @ts-expect-error
  cached.country.createMany({ data: [], cacheStrategy: false })
  // @ts-expect-error
  cached.country.createManyAndReturn({ data: [], cacheStrategy: false })
  // @ts-expect-error
  cached.country.update({ where: { code: 'PE' }, data, cacheStrategy: { ttl: 60 } })
  // @ts-expect-error
  cached.country.updateMany({ data, cacheStrategy: false })
  // @ts-expect-error
  cached.country.updateManyAndReturn({ data, cacheStrategy: false })
  // @ts-expect-error
  cached.country.upsert({ where: { code: 'PE' }, create: { code: 'PE', ...data }, update: {}, cacheStrategy: false })
  // @ts-expect-error
  cached.country.delete({ where: { code: 'PE' }, cacheStrategy: false })
  // @ts-expect-error
  cached.country.deleteMany({ cacheStrategy: false })
})

it('refuses a strategy of another shape', () => {
  // @ts-expect-error: not how it is switched on
  cached.city.findMany({ cacheStrategy: true })
  // @ts-expect-error: a misspelt key
  cached.city.findMany({ cacheStrategy: { tll: 60 } })
  // @ts-expect-error: a duration of the wrong type
  cached.city.findMany({ cacheStrategy: { ttl: new Date() } })
  // @ts-expect-error: one tag is still a list
  cached.city.findMany({ cacheStrategy: { tags: 'home' } })
  // @ts-expect-error: a misspelt argument
  cached.city.findMany({ cacheStrategies: false })
  // @ts-expect-error: a strategy belongs to the query, not to what it includes
  cached.country.findMany({ include: { cities: { cacheStrategy: false } } })
})

it('still refuses what Prisma refuses', () => {
  // @ts-expect-error: an unknown field
  cached.city.findMany({ where: { mayor: 'x' }, cacheStrategy: false })
  // @ts-expect-error: an unknown field, deeper
  cached.city.findMany({ where: { country: { is: { capital: 'x' } } } })
  // @ts-expect-error: a field of the wrong type
  cached.city.findMany({ where: { id: '1' } })
  // @ts-expect-error: an unknown direction
  cached.city.findMany({ orderBy: { name: 'up' } })
  // @ts-expect-error: an unknown field to select
  cached.city.findMany({ select: { mayor: true } })
  // @ts-expect-error: an unknown relation
  cached.city.findMany({ include: { mayor: true } })
  // @ts-expect-error: a unique lookup without a key
  cached.city.findUnique({ cacheStrategy: false })
  // @ts-expect-error: not a unique field
  cached.city.findUnique({ where: { name: 'Lima' } })
  // @ts-expect-error: no arguments at all
  cached.city.findUnique()
  // @ts-expect-error: nothing to group by
  cached.city.groupBy({ cacheStrategy: false })
  // @ts-expect-error: an unknown member of an enum
  cached.user.findMany({ where: { role: 'KING' } })
  // @ts-expect-error: a view without a unique field has no unique lookup
  cached.countryStats.findUnique({ where: { countryCode: 'PE' } })
})

it('adds no method that Prisma does not have', () => {
  expectTypeOf(cached.countryStats).toHaveProperty('findFirst')
  expectTypeOf(cached.countryStats).not.toHaveProperty('findUnique')
})

it('takes the arguments that Prisma takes', () => {
  cached.user.findMany({
    where: {
      OR: [{ role: 'ADMIN' }, { email: { contains: 'x', mode: 'insensitive' } }],
      NOT: { posts: { some: { views: 1 } } },
    },
    orderBy: [{ name: { sort: 'asc', nulls: 'last' } }, { posts: { _count: 'desc' } }],
    distinct: ['email', 'name'],
    cursor: { email: 'a@b' },
    take: -3,
    skip: 1,
    cacheStrategy: false,
  })
  cached.city.groupBy({
    by: 'countryCode',
    where: { population: { gt: cached.city.fields.views } },
    having: { population: { _avg: { gt: 1000 } } },
    orderBy: { countryCode: 'asc' },
    cacheStrategy: { ttl: 60 },
  })
  cached.membership.findUnique({ where: { teamId_userId: { teamId: 1, userId: 2 } }, cacheStrategy: { ttl: 60 } })
  const declared: Prisma.CityFindManyArgs = { where: { id: 1 } }
  cached.city.findMany(declared)
  cached.city.findMany({ ...declared, cacheStrategy: false })
})
