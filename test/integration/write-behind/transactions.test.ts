import { expect, it } from 'vitest'
import { waitUntil } from '../../services/wait-until.ts'
import { cachedClient, describeStores } from '../cached-client.ts'
import { add, begun, behind, city, flushed, later, openSeats, reasons, type Seat } from './seats.ts'

const gated = 'a synchronous write on the model is under way'
const whereOne = { where: { id: 1 } }
const updatesCity = (sql: string) => sql.startsWith('UPDATE') && sql.includes('"City"')
const slow = { timeout: 20_000 }

/** What was begun before may not have reached the store yet, or may not have left it. */
async function acceptsAgain(seat: Seat): Promise<void> {
  await waitUntil(
    async () => {
      reasons(seat)
      await seat.prisma.city.update(add(1))
      return reasons(seat).length === 0
    },
    // Far below what a gate lasts that nobody closes.
    { what: 'a write to be accepted', deadlineMs: 5_000 },
  )
}

describeStores('write-behind, beside transactions', (makeStoreConfig) => {
  const open = (config: object = {}) =>
    openSeats({ ...makeStoreConfig(), models: { City: behind, User: behind, Country: {} }, config })

  it.each(['FOR UPDATE', 'for no key\n update'])(
    'rows that a transaction has locked are written elsewhere after its end, on what it left: %s',
    async (lock) => {
      const { one, two } = await open()
      await two.prisma.city.update(add(5))
      expect(reasons(two)).toEqual([])
      const [locked, others] = [later(), later()]
      const transaction = one.prisma.$transaction(async (tx) => {
        const rows = await tx.$queryRawUnsafe(`SELECT id, views FROM "City" WHERE id = 1 ${lock}`)
        locked.resolve()
        await others.promise
        return [rows, (await tx.city.update(add(10))).views]
      }, slow)
      await locked.promise
      const update = begun(two.prisma.city.update(add(1)))
      // It waits in the database, as it would without the cache.
      await waitUntil(() => two.adapter.count(updatesCity) > 0 || two.events.some(({ kind }) => kind === 'accepted'), {
        what: 'the other write to be sent',
      })
      const created = await two.prisma.city.create({ data: city(2) })
      others.resolve()
      expect(await transaction).toEqual([[{ id: 1, views: 5 }], 15])
      expect(await update).toMatchObject({ views: 16 })
      expect(created).toEqual(city(2))
      expect(reasons(two)).toEqual([gated, gated])
      await acceptsAgain(two)
      await flushed(one)
      for (const { prisma } of [one, two]) expect((await prisma.city.findUnique(whereOne))?.views).toBeGreaterThan(16)
      expect(await one.base.city.findUnique(whereOne)).toEqual(await two.prisma.city.findUnique(whereOne))
    },
  )

  it('one that sees nothing later than its beginning begins after what was accepted, by the default of the database too', async () => {
    const { options } = await open()
    const database = new URL(options.databaseUrl).pathname.slice(1)
    const fresh = () => cachedClient(options)
    await fresh().base.$executeRawUnsafe(
      `ALTER DATABASE "${database}" SET default_transaction_isolation = 'repeatable read'`,
    )
    // What connects from now on has that default.
    const client = fresh()
    await client.prisma.city.update(add(7))
    expect(reasons(client)).toEqual([])
    const seen = await client.prisma.$transaction(async (tx) => {
      await tx.country.findMany()
      return [await tx.city.findUnique(whereOne), await tx.city.update(add(1))].map((row) => row?.views)
    })
    expect(seen).toEqual([7, 8])
  })

  it('a batch that is none holds off nobody', async () => {
    const { one, two } = await open()
    const broken = async () => one.prisma.$transaction([one.prisma.city.update(add(100)), 5 as never])
    await expect(broken()).rejects.toThrow()
    await acceptsAgain(two)
    await acceptsAgain(one)
    await flushed(one)
    expect((await one.base.city.findUnique(whereOne))!.views).toBeLessThan(100)
  })

  it('a statement that comes when its batch has failed holds off nobody', async () => {
    const { one, two } = await open()
    const [failed, passed] = [later(), later()]
    const delayed = one.prisma.$extends({
      query: {
        city: {
          async updateMany({ args, query }) {
            await failed.promise
            const running = query(args)
            passed.resolve()
            return running
          },
        },
      },
    })
    const broken = async () => delayed.$transaction([delayed.city.updateMany({ data: { views: 100 } }), 5 as never])
    await expect(broken()).rejects.toThrow()
    await acceptsAgain(two)
    failed.resolve()
    await passed.promise
    // More round trips than it would take to keep the others out.
    for (let i = 0; i < 10; i += 1) await two.prisma.city.update(add(1))
    expect(reasons(two)).toEqual([])
    await flushed(one)
    expect((await one.base.city.findUnique(whereOne))!.views).toBeLessThan(100)
  })

  it('a transaction that goes on after a flush timeout still holds off others from what it has written', async () => {
    const { one, two } = await open({ flushDeadline: '500ms' })
    const [caught, checked] = [later<unknown>(), later()]
    const transaction = one.prisma.$transaction(async (tx) => {
      await tx.city.update(add(1))
      await two.prisma.user.update({ ...whereOne, data: { name: 'accepted' } })
      expect(reasons(two)).toEqual([])
      await one.base.$transaction(async (holder) => {
        await holder.$executeRaw`UPDATE "User" SET role = 'ADMIN' WHERE id = 1`
        caught.resolve(await begun(tx.user.updateMany({ data: { name: 'late' } })).catch(({ code }) => code))
      }, slow)
      await checked.promise
    }, slow)
    expect(await caught.promise).toBe('WRITE_BEHIND.FLUSH_TIMEOUT')
    const update = begun(two.prisma.city.update(add(2)))
    await waitUntil(() => two.adapter.count(updatesCity) > 0 || two.events.some(({ kind }) => kind === 'accepted'), {
      what: 'the other write to be sent',
    })
    expect(reasons(two)).toEqual([gated])
    // The one that did not come about holds off nobody.
    await two.prisma.user.update({ ...whereOne, data: { name: 'accepted again' } })
    expect(reasons(two)).toEqual([])
    checked.resolve()
    await transaction
    expect(await update).toMatchObject({ views: 3 })
    await flushed(two)
    expect(await one.base.user.findUnique(whereOne)).toMatchObject({ name: 'accepted again', role: 'ADMIN' })
    expect(await one.base.city.findUnique(whereOne)).toMatchObject({ views: 3 })
  })

  it('makes a statement that is tried again after a flush timeout wait again', async () => {
    const { one, two } = await open({ flushDeadline: '500ms' })
    const isFlush = (sql: string) => sql.includes('UPDATE') && sql.includes('"User" AS')
    const held = [one, two].map(({ adapter }) => adapter.holdNext(isFlush))
    const answers = await one.prisma.$transaction(async (tx) => {
      await tx.country.findMany()
      await two.prisma.user.update({ ...whereOne, data: { name: 'accepted' } })
      const write = () =>
        begun(tx.user.updateMany({ ...whereOne, data: { name: 'written' } })).catch(({ code }) => code)
      const early = [await write(), await write()]
      for (const { release } of held) release()
      return [...early, await write()]
    }, slow)
    await flushed(two)
    expect(answers).toEqual(['WRITE_BEHIND.FLUSH_TIMEOUT', 'WRITE_BEHIND.FLUSH_TIMEOUT', { count: 1 }])
    expect(await one.base.user.findUnique(whereOne)).toMatchObject({ name: 'written' })
    expect(await two.prisma.user.findUnique(whereOne)).toMatchObject({ name: 'written' })
  })
})
