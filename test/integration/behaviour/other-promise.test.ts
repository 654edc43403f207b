import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cachedClient, describeStores } from '../cached-client.ts'
import { flushed, openSeats } from '../write-behind/seats.ts'

const own = globalThis.Promise

// As zone.js does, which Angular brings to servers too: what async functions return is no instance of it.
describe('where a program has put another class in the place of Promise', () => {
  beforeEach(() => {
    globalThis.Promise = class Other<T> extends own<T> {}
  })
  afterEach(() => {
    globalThis.Promise = own
  })

  describeStores('a read', (makeStoreConfig) => {
    it('answers what is in the database, also the first, on a connection that is not open yet', async () => {
      const { one, options } = await openSeats({ ...makeStoreConfig(), models: { City: {} } })
      const { prisma } = cachedClient(options)
      const read = () => prisma.$cache.withInfo(() => prisma.city.findUnique({ where: { id: 1 } }))
      const data = await one.base.city.findUnique({ where: { id: 1 } })
      expect(await read()).toMatchObject({ data, info: { status: 'miss' } })
      expect(await read()).toMatchObject({ data, info: { status: 'hit' } })
    })

    it('answers a row with an accepted write', async () => {
      const { one } = await openSeats({
        ...makeStoreConfig(),
        models: { City: { strategy: 'write-behind', acceptLoss: true, batch: { maxSize: 100, maxDelay: '1h' } } },
      })
      await one.prisma.city.update({ where: { id: 1 }, data: { views: 7 } })
      const read = () => one.prisma.$cache.withInfo(() => one.prisma.city.findUnique({ where: { id: 1 } }))
      expect(await read()).toMatchObject({ data: { id: 1, views: 7 }, info: { status: 'hit' } })
      await flushed(one)
      expect(await one.base.city.findUnique({ where: { id: 1 } })).toMatchObject({ views: 7 })
    })
  })
})
