import { expect, it } from 'vitest'
import { freshDatabase } from '../../services/fresh.ts'
import { cachedClient, describeStores } from '../cached-client.ts'

describeStores('write-behind', (makeStoreConfig) => {
  async function setup(more: object = {}) {
    const databaseUrl = await freshDatabase()
    const store = makeStoreConfig()
    const config = {
      models: {
        City: { strategy: 'write-behind', acceptLoss: true, batch: { maxDelay: '1h' }, ...more },
        Country: {},
      },
    } as const
    const open = () => cachedClient({ databaseUrl, ...store, config })
    const one = open()
    await one.base.country.create({ data: { code: 'FR', name: 'France', region: 'Europe' } })
    await one.base.city.create({ data: city(1) })
    return { one, open }
  }
  const city = (id: number) => ({
    id,
    name: `City ${id}`,
    countryCode: 'FR',
    population: 5,
    latitude: 1.5,
    longitude: 2,
  })

  it('accepts an update, shows it to lookups at once, and writes it with a flush', async () => {
    const { one, open } = await setup()
    const two = makeStoreConfig().redis ? open() : one
    const updated = await one.prisma.city.update({ where: { id: 1 }, data: { views: { increment: 1 } } })
    expect(updated).toEqual({ ...city(1), views: 1 })
    await two.prisma.city.update({ where: { id: 1 }, data: { views: { increment: 2 }, name: 'Paris' } })
    expect(await one.base.city.findUnique({ where: { id: 1 } })).toMatchObject({ views: 0 })
    expect(await one.prisma.city.findUnique({ where: { id: 1 } })).toEqual({ ...city(1), name: 'Paris', views: 3 })
    expect(await two.prisma.city.findMany()).toEqual([{ ...city(1), name: 'Paris', views: 3 }])
    await one.prisma.$cache.flush()
    expect(await one.base.city.findUnique({ where: { id: 1 } })).toEqual({ ...city(1), name: 'Paris', views: 3 })
  })

  it('accepts a row that was looked for in vain', async () => {
    const { one } = await setup()
    expect(await one.prisma.city.findUnique({ where: { id: 2 } })).toBeNull()
    await one.prisma.city.create({ data: city(2) })
    expect(await one.base.city.findUnique({ where: { id: 2 } })).toBeNull()
    expect(await one.prisma.city.findUnique({ where: { id: 2 } })).toEqual({ ...city(2), views: 0 })
  })

  it('creates and deletes', async () => {
    const { one } = await setup()
    expect(await one.prisma.city.create({ data: city(2), select: { id: true } })).toEqual({ id: 2 })
    expect(await one.prisma.city.findUnique({ where: { id: 2 } })).toEqual({ ...city(2), views: 0 })
    expect(await one.base.city.findUnique({ where: { id: 2 } })).toBeNull()
    await one.prisma.city.delete({ where: { id: 1 } })
    expect(await one.prisma.city.findUnique({ where: { id: 1 } })).toBeNull()
    expect(await one.prisma.city.count()).toBe(1)
    expect(await one.base.city.findMany()).toEqual([{ ...city(2), views: 0 }])
  })
})
