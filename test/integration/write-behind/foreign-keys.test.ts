import { expect, it } from 'vitest'
import { waitUntil } from '../../services/wait-until.ts'
import { describeStores } from '../cached-client.ts'
import { begun, behind, city, flushed, openSeats, post, reasons, type Seat } from './seats.ts'

const gated = 'a synchronous write on the model is under way'
const germany = { code: 'DE', name: 'Germany', region: 'Europe' }
const inGermany = { ...city(2), countryCode: 'DE' }
const { countryCode: _, ...cityAlone } = city(2)

const insertsInto = (table: string) => (sql: string) => sql.includes('INSERT INTO') && sql.includes(`"${table}"`)

/** What the database refused, in no order. */
async function refusedRows({ prisma }: Seat): Promise<readonly string[]> {
  const letters = await prisma.$cache.deadLetters.list()
  return letters.map(({ model, code }) => `${model} ${code}`).sort()
}

describeStores('write-behind, rows that refer to each other', (makeStoreConfig) => {
  const open = (...pending: readonly string[]) =>
    openSeats({ ...makeStoreConfig(), models: Object.fromEntries(pending.map((model) => [model, behind])) })

  const ways: readonly (readonly [string, (seat: Seat, createCountry: () => Promise<unknown>) => Promise<unknown>])[] =
    [
      [
        'by its key',
        async ({ prisma }, createCountry) => {
          await createCountry()
          await prisma.city.create({ data: inGermany })
        },
      ],
      [
        'connected',
        async ({ prisma }, createCountry) => {
          await createCountry()
          await prisma.city.create({ data: { ...cityAlone, country: { connect: { code: 'DE' } } } })
        },
      ],
      [
        'in a batch',
        async ({ prisma }, createCountry) => {
          await createCountry()
          await prisma.$transaction([prisma.city.create({ data: inGermany }), prisma.city.count()])
        },
      ],
      [
        'in a transaction that began before',
        ({ prisma }, createCountry) =>
          prisma.$transaction(async (tx) => {
            await tx.city.count()
            await createCountry()
            await tx.city.create({ data: inGermany })
          }),
      ],
    ]

  it.each(ways)('a row that is written at once finds the pending one that it refers to: %s', async (_, write) => {
    const { one, two } = await open('Country')
    await write(one, () => begun(two.prisma.country.create({ data: germany })))
    expect(reasons(two)).toEqual([])
    expect(await one.base.city.findUnique({ where: { id: 2 } })).toEqual(inGermany)
  })

  it('a pending row that comes to the database before the one that it refers to waits for it there', async () => {
    const { one, two } = await open('Country', 'City')
    await one.prisma.country.create({ data: germany })
    await two.prisma.city.create({ data: inGermany })
    const held = [one, two].map(({ adapter }) => adapter.holdNext(insertsInto('Country')))
    const flushing = begun(one.prisma.$cache.flush())
    await Promise.race(held.map(({ reached }) => reached))
    const tried = () => one.adapter.count(insertsInto('City')) + two.adapter.count(insertsInto('City'))
    await waitUntil(() => tried() > 3, { what: 'the city to be tried more than once' })
    for (const { release } of held) release()
    await flushing
    await flushed(two)
    expect([...reasons(one), ...reasons(two)]).toEqual([])
    expect(await one.base.city.findUnique({ where: { id: 2 } })).toEqual(inGermany)
  })

  it('rows of one model that refer to each other from other partitions are all applied', async () => {
    const { one, two } = await openSeats({ ...makeStoreConfig(), models: { User: { ...behind, partitions: 4 } } })
    const ids = [11, 12, 13, 14, 15, 16]
    for (const id of ids) {
      const { prisma } = id % 2 ? one : two
      await prisma.user.create({ data: { id, email: `${id}`, managerId: id === 11 ? 1 : id - 1 } })
    }
    await flushed(one)
    expect([...reasons(one), ...reasons(two)]).toEqual([])
    const stored = await one.base.user.findMany({ where: { id: { gt: 10 } }, orderBy: { id: 'asc' } })
    expect(stored.map(({ id, managerId }) => [id, managerId])).toEqual(ids.map((id) => [id, id === 11 ? 1 : id - 1]))
  })

  it('what refers to a refused row is refused, too, and nothing else', async () => {
    const { one, two } = await open('User', 'Profile')
    await one.base.user.create({ data: { id: 7, email: 'taken' } })
    await one.prisma.user.create({ data: { id: 8, email: 'taken' } })
    await two.prisma.profile.create({ data: { id: 1, bio: 'of the refused one', userId: 8 } })
    await two.prisma.profile.create({ data: { id: 2, bio: 'of another', userId: 1 } })
    await one.prisma.$cache.flush()
    expect(await refusedRows(two)).toEqual(['Profile 23503', 'User 23505'])
    expect((await one.base.profile.findMany()).map(({ id }) => id)).toEqual([2])
  })

  it('of rows that refer to something exactly those are refused that refer to nothing', async () => {
    const { one, two } = await open('Country', 'City')
    await two.prisma.country.create({ data: germany })
    const codes = ['FR', 'XX', 'DE', 'FR', 'YY', 'DE', 'XX']
    for (const [i, countryCode] of codes.entries()) {
      await one.prisma.city.create({ data: { ...city(10 + i), countryCode } })
    }
    await two.prisma.$cache.flush()
    expect(await refusedRows(one)).toEqual(['City 23503', 'City 23503', 'City 23503'])
    const stored = await one.base.city.findMany({ where: { id: { gte: 10 } }, orderBy: { id: 'asc' } })
    expect(stored.map(({ id }) => id)).toEqual([10, 12, 13, 15])
  })

  it('a row that is deleted takes the pending ones along that its deletion deletes', async () => {
    const { one, two } = await open('City')
    await two.prisma.city.create({ data: city(2) })
    await one.prisma.country.delete({ where: { code: 'FR' } })
    for (const { prisma } of [one, two]) {
      expect(await prisma.city.findUnique({ where: { id: 2 } })).toBeNull()
      expect(await prisma.city.count()).toBe(0)
    }
    await flushed(one)
    expect(await one.base.city.count()).toBe(0)
  })

  it('a row that is deleted leaves the pending ones that referred to it without it', async () => {
    const { one, two } = await open('Comment')
    await one.base.post.create({ data: post(1, 'a') })
    const where = { id: 5 }
    await two.prisma.comment.create({ data: { ...where, text: 'x', postId: 1, authorId: 2 } })
    expect(reasons(two)).toEqual([])
    await one.prisma.user.delete({ where: { id: 2 } })
    for (const { prisma } of [one, two]) {
      expect(await prisma.comment.findUnique({ where })).toMatchObject({ text: 'x', authorId: null })
    }
    await flushed(two)
    expect(await one.base.comment.findUnique({ where })).toMatchObject({ authorId: null })
  })

  it('a row that a pending one refers to is not deleted where that is not allowed', async () => {
    const { one, two } = await open('Price')
    await one.base.currency.create({ data: { code: 'EUR', name: 'Euro' } })
    const price = { sku: 'a', currencyCode: 'EUR', cents: 1 }
    await two.prisma.price.create({ data: price })
    expect(reasons(two)).toEqual([])
    await expect(one.prisma.currency.delete({ where: { code: 'EUR' } })).rejects.toMatchObject({ code: 'P2003' })
    await flushed(two)
    expect(await one.base.price.findMany()).toEqual([price])
  })

  it('nothing that refers to a row is accepted while that is deleted', async () => {
    const { one, two } = await open('Price')
    await one.base.currency.create({ data: { code: 'EUR', name: 'Euro' } })
    const held = one.adapter.holdNext((sql) => sql.startsWith('DELETE') && sql.includes('"Currency"'))
    const deleting = begun(one.prisma.currency.delete({ where: { code: 'EUR' } })).catch(({ code }) => code)
    await held.reached
    await two.prisma.price.create({ data: { sku: 'a', currencyCode: 'EUR', cents: 1 } })
    expect(reasons(two)).toEqual([gated])
    expect(await one.base.price.count()).toBe(1)
    held.release()
    expect(await deleting).toBe('P2003')
  })
})
